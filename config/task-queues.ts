/** Services with a task queue each; `call` is the orchestrator's. */
export const services = ['call', 'stt', 'cache', 'llm', 'tts', 'analytics'] as const;
export type Service = (typeof services)[number];

/** Of one worker process alone. */
export const ownQueueOf = (prefix: string, worker: string) => `${prefix}-of-${worker}`;

export const taskQueueOf = (prefix: string, service: Service) => `${prefix}-${service}`;
