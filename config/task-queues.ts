/** Services with a task queue each; `call` is the orchestrator's. */
export const services = ['call', 'stt', 'cache', 'llm', 'tts', 'analytics'] as const;
export type Service = (typeof services)[number];

export const taskQueueOf = (prefix: string, service: Service) => `${prefix}-${service}`;
