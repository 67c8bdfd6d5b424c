import { expect, test } from 'vitest';
import { type Manifest, violations } from './policies.ts';

const container = (): any => ({
  name: 'worker',
  image: 'orkestra:1.0.0',
  ports: [{ name: 'health', containerPort: 9464 }],
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  startupProbe: { httpGet: { path: '/health/started', port: 'health' } },
  readinessProbe: { httpGet: { path: '/health/ready', port: 'health' } },
  livenessProbe: { httpGet: { path: '/health/live', port: 'health' } },
});

const deployment = (name: string): Manifest => ({
  kind: 'Deployment',
  metadata: { name },
  spec: {
    strategy: { rollingUpdate: { maxUnavailable: 0 } },
    template: {
      metadata: { labels: { name } },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 40,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [container()],
      },
    },
  },
});

/** What is wrong with the deployment of stt, beside what is missing around it. */
function wrongWith(
  change: (pod: any, container: any) => void,
  more: Manifest[] = [],
  name = 'stt',
): string[] {
  const one = deployment(name);
  const pod = one.spec.template.spec;
  change(pod, pod.containers[0]);
  const found = violations([one, ...more], { version: '1.0.0', production: false });
  return found.filter((what) => !/^there is no|PodDisruptionBudget|^no NetworkPolicy/.test(what));
}

test('a deployment as it should be has nothing against it', () => {
  expect(wrongWith(() => undefined)).toEqual([]);
});

test.each<[string, (pod: any, container: any) => void, string]>([
  ['root', (pod) => (pod.securityContext.runAsNonRoot = false), 'Deployment stt may run as root'],
  [
    'a writable root',
    (_, one) => (one.securityContext.readOnlyRootFilesystem = false),
    'Deployment stt worker may write to its root',
  ],
  [
    'no memory limit',
    (_, one) => delete one.resources.limits.memory,
    'Deployment stt: worker has no memory in its limits',
  ],
  ['no probe', (_, one) => delete one.livenessProbe, 'Deployment stt: worker has no liveness probe'],
  [
    'a probe of a port that nobody opens',
    (_, one) => (one.readinessProbe.httpGet.port = 'http'),
    'Deployment stt: nobody opens port http',
  ],
  [
    'less time than draining takes',
    (pod) => (pod.terminationGracePeriodSeconds = 20),
    'Deployment stt is killed before it has drained, which takes up to 28 s',
  ],
  [
    'another version',
    (_, one) => (one.image = 'orkestra:0.9.0'),
    'Deployment stt runs orkestra:0.9.0, not 1.0.0',
  ],
])('%s is found', (_, change, expected) => {
  expect(wrongWith(change)).toEqual([expected]);
});

test('a gateway that is killed before its callers have gone is found', () => {
  expect(wrongWith((pod) => (pod.terminationGracePeriodSeconds = 3_600), [], 'gateway')).toEqual([
    'Deployment gateway is killed before it has drained, which takes up to 3600 s',
  ]);
});

test('a service in front of a port that nobody opens is found', () => {
  const service: Manifest = {
    kind: 'Service',
    metadata: { name: 'api' },
    spec: { selector: { name: 'stt' }, ports: [{ port: 80, targetPort: 'api' }] },
  };
  expect(wrongWith(() => undefined, [service])).toEqual(['Service api: nobody opens port api']);
});

test('a secret in a ConfigMap is found', () => {
  const data = { DATABASE_URL: 'postgres://a:b@c/d', OPENAI_API_KEY: 'sk', TEMPORAL_ADDRESS: 'x:7233' };
  const config: Manifest = { kind: 'ConfigMap', metadata: { name: 'orkestra' }, data };
  expect(wrongWith(() => undefined, [config])).toEqual([
    'ConfigMap orkestra: DATABASE_URL belongs into a Secret',
    'ConfigMap orkestra: OPENAI_API_KEY belongs into a Secret',
  ]);
});

test('a scaler that asks another Temporal than the workers is found', () => {
  const data = { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'voice' };
  const config: Manifest = { kind: 'ConfigMap', metadata: { name: 'orkestra-2b42' }, data };
  const metadata = { endpoint: 'temporal:7233', namespace: 'default', taskQueue: 'orkestra-stt' };
  const scaler: Manifest = {
    kind: 'ScaledObject',
    metadata: { name: 'stt' },
    spec: { triggers: [{ type: 'temporal', metadata }] },
  };
  expect(wrongWith(() => undefined, [config, scaler])).toEqual([
    'ScaledObject stt: namespace is default, not voice',
  ]);
});
