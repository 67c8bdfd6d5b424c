import { type WorkerName, workerNames } from '../../config/worker-names.ts';
import { type Service, taskQueueOf } from '../../config/task-queues.ts';
import { drainSeconds } from './drain-times.ts';

/** A Kubernetes object; only what the policies look at is typed, and any of it may be missing. */
export interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec?: any;
  data?: Record<string, string>;
}

interface Container {
  name: string;
  image: string;
  ports?: { name: string; containerPort: number }[];
  resources?: Record<'requests' | 'limits', Record<string, string> | undefined>;
  securityContext?: any;
  [probe: `${string}Probe`]: any;
}

interface Expected {
  /** Of this package: images carry it. */
  version: string;
  production: boolean;
}

/** What is against our own rules, a sentence each. */
export function violations(manifests: Manifest[], expected: Expected): string[] {
  const workloads = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');
  const deployments = workloads.filter(({ kind }) => kind === 'Deployment');
  return [
    ...workloads.flatMap(locked),
    ...workloads.flatMap(bounded),
    ...deployments.flatMap(probed),
    ...deployments.flatMap(drains),
    ...ports(manifests, deployments),
    ...doors(manifests),
    ...roles(manifests, deployments, expected),
    ...scalers(manifests),
    ...manifests.flatMap(openSecrets),
  ];
}

const podOf = (workload: Manifest) => workload.spec.template.spec;
const containersOf = (workload: Manifest): Container[] => podOf(workload).containers;
const labelsOf = (workload: Manifest): Record<string, string> => workload.spec.template.metadata.labels ?? {};
const title = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;

/** Nobody is root, nothing can be written but volumes, no capability is kept. */
function locked(workload: Manifest): string[] {
  const pod = podOf(workload);
  const wrong: string[] = [];
  if (pod.securityContext?.runAsNonRoot !== true) wrong.push('may run as root');
  if (pod.securityContext?.seccompProfile?.type !== 'RuntimeDefault') wrong.push('has no seccomp profile');
  if (pod.automountServiceAccountToken !== false) wrong.push('mounts a service account’s token');
  for (const { name, securityContext: context } of containersOf(workload)) {
    if (context?.allowPrivilegeEscalation !== false) wrong.push(`${name} may gain privileges`);
    if (context?.readOnlyRootFilesystem !== true) wrong.push(`${name} may write to its root`);
    if (!context?.capabilities?.drop?.includes('ALL')) wrong.push(`${name} keeps capabilities`);
  }
  return wrong.map((what) => `${title(workload)} ${what}`);
}

function bounded(workload: Manifest): string[] {
  return containersOf(workload).flatMap(({ name, resources }) =>
    (['requests', 'limits'] as const).flatMap((bound) =>
      ['cpu', 'memory']
        .filter((what) => resources?.[bound]?.[what] === undefined)
        .map((what) => `${title(workload)}: ${name} has no ${what} in its ${bound}`),
    ),
  );
}

function probed(deployment: Manifest): string[] {
  return containersOf(deployment).flatMap((container) =>
    (['startup', 'readiness', 'liveness'] as const)
      .filter((probe) => container[`${probe}Probe`] === undefined)
      .map((probe) => `${title(deployment)}: ${container.name} has no ${probe} probe`),
  );
}

const isWorker = ({ metadata }: Manifest) => (workerNames as readonly string[]).includes(metadata.name);

/** A worker has the time to end what it has begun, and its successor is there before it goes. */
function drains(deployment: Manifest): string[] {
  if (!isWorker(deployment)) return [];
  const wrong: string[] = [];
  const seconds = drainSeconds[deployment.metadata.name as WorkerName];
  if (!(podOf(deployment).terminationGracePeriodSeconds > seconds)) {
    wrong.push(`is killed before it has drained, which takes up to ${seconds} s`);
  }
  if (deployment.spec.strategy?.rollingUpdate?.maxUnavailable !== 0) {
    wrong.push('goes away before its successor is ready');
  }
  return wrong.map((what) => `${title(deployment)} ${what}`);
}

/** Every port that a Service, a probe or a policy names is one that the containers behind it declare. */
function ports(manifests: Manifest[], deployments: Manifest[]): string[] {
  const declared = (of: Manifest[]) =>
    new Set(
      of.flatMap(containersOf).flatMap(({ ports = [] }) => ports.flatMap((p) => [p.name, p.containerPort])),
    );
  const selected = (selector: Record<string, string> = {}) =>
    deployments.filter((deployment) =>
      Object.entries(selector).every(([label, value]) => labelsOf(deployment)[label] === value),
    );
  const missing = (who: Manifest, wanted: (string | number)[], of: Manifest[]) => {
    const known = declared(of);
    return wanted
      .filter((port) => !known.has(port))
      .map((port) => `${title(who)}: nobody opens port ${port}`);
  };
  return manifests.flatMap((manifest) => {
    const { kind, spec } = manifest;
    if (kind === 'Service') {
      const targets = spec.ports.map((port: any) => port.targetPort ?? port.port);
      return missing(manifest, targets, selected(spec.selector));
    }
    if (kind === 'NetworkPolicy' && spec.ingress) {
      const wanted = spec.ingress.flatMap((rule: any) => (rule.ports ?? []).map((p: any) => p.port));
      return missing(manifest, wanted, selected(spec.podSelector.matchLabels));
    }
    if (kind !== 'Deployment') return [];
    const probes = containersOf(manifest).flatMap((container) =>
      ['startup', 'readiness', 'liveness'].flatMap((probe) => {
        const { httpGet, tcpSocket } = container[`${probe}Probe`] ?? {};
        return (httpGet ?? tcpSocket)?.port ?? [];
      }),
    );
    return missing(manifest, probes, [manifest]);
  });
}

/** All doors are shut but the ones that are named. */
function doors(manifests: Manifest[]): string[] {
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
  const shut = policies.find(
    ({ spec }) => Object.keys(spec.podSelector).length === 0 && !spec.ingress && !spec.egress,
  );
  const wrong = policies
    .filter(({ spec }) => [...(spec.ingress ?? []), ...(spec.egress ?? [])].some((rule: any) => !rule.ports))
    .map((policy) => `${title(policy)} opens every port`);
  if (shut?.spec.policyTypes.length !== 2) wrong.push('no NetworkPolicy shuts what the others do not open');
  return wrong;
}

/** Each process is deployed, scales from 2 to 10 in production, and is not taken away all at once. */
function roles(manifests: Manifest[], deployments: Manifest[], { version, production }: Expected): string[] {
  return workerNames.flatMap((name) => {
    const deployment = deployments.find(({ metadata }) => metadata.name === name);
    if (!deployment) return [`there is no Deployment ${name}`];
    const wrong: string[] = [];
    const [container] = containersOf(deployment);
    if (!container!.image.endsWith(`:${version}`)) wrong.push(`runs ${container!.image}, not ${version}`);
    if (!manifests.some((one) => one.kind === 'PodDisruptionBudget' && one.metadata.name === name)) {
      wrong.push('has no PodDisruptionBudget');
    }
    const scaler = manifests.find(
      ({ kind, metadata }) =>
        (kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject') && metadata.name === name,
    );
    const least = scaler?.spec.minReplicas ?? scaler?.spec.minReplicaCount;
    const most = scaler?.spec.maxReplicas ?? scaler?.spec.maxReplicaCount;
    if (production && (least !== 2 || most !== 10))
      wrong.push(`scales from ${least} to ${most}, not 2 to 10`);
    return wrong.map((what) => `Deployment ${name} ${what}`);
  });
}

/** KEDA asks the Temporal that the workers ask, for the queues that they serve. */
function scalers(manifests: Manifest[]): string[] {
  const config = manifests.find(
    ({ kind, metadata: { name } }) => kind === 'ConfigMap' && name.startsWith('orkestra'),
  );
  return manifests
    .filter(({ kind }) => kind === 'ScaledObject')
    .flatMap((one) => {
      const name = one.metadata.name as Service;
      const trigger = one.spec.triggers.find(({ type }: any) => type === 'temporal');
      const wanted = {
        endpoint: config?.data?.TEMPORAL_ADDRESS,
        namespace: config?.data?.TEMPORAL_NAMESPACE,
        taskQueue: taskQueueOf('orkestra', name),
      };
      return Object.entries(wanted)
        .filter(([key, value]) => trigger?.metadata[key] !== value)
        .map(([key, value]) => `${title(one)}: ${key} is ${trigger?.metadata[key]}, not ${value}`);
    });
}

const SECRET = /KEY|TOKEN|PASSWORD|SECRET/;

/** A ConfigMap holds nothing that only few may read. */
function openSecrets({ kind, metadata, data = {} }: Manifest): string[] {
  if (kind !== 'ConfigMap') return [];
  return Object.entries(data)
    .filter(([key, value]) => (key.endsWith('_URL') ? /:[^/]+@/.test(value) : SECRET.test(key)))
    .map(([key]) => `ConfigMap ${metadata.name}: ${key} belongs into a Secret`);
}
