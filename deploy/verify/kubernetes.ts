import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot, version } from '../../config/package.ts';
import { onPath } from '../local/program.ts';
import { CannotRun, type Check, must, pythonPackage, verifyFolder } from './check.ts';
import { type Manifest, violations } from './policies.ts';

const KUBERNETES = '1.33';
const VALIDATOR = { name: 'kubernetes-validate', version: '1.34.0' };

const folder = join(packageRoot, 'deploy', 'k8s');

/** What is rendered: the overlays, and production with each component. */
const variants = [
  { name: 'dev', overlay: 'dev', components: [] },
  { name: 'prod', overlay: 'prod', components: [] },
  { name: 'prod, models in the image', overlay: 'prod', components: ['models-in-image'] },
  { name: 'prod, with recordings', overlay: 'prod', components: ['recordings'] },
  { name: 'prod, scaled by KEDA', overlay: 'prod', components: ['keda'] },
];

/** The manifests as a cluster would get them: against Kubernetes' schemas, strictly, and our own policies. */
export const checkKubernetes: Check = {
  name: 'kubernetes',
  what: `${variants.length} variants of the manifests, against Kubernetes’ schemas and our policies`,
  how: `kustomize, kubernetes-validate ${VALIDATOR.version}, policies.ts`,
  leavesOut: [
    {
      what: 'a cluster: admission, rolling updates, HPA, KEDA’s scaler, network policies at work, the ingress controller',
      why: 'it takes a cluster with nodes of its own; nothing here runs one',
    },
  ],
  async run(report) {
    const kustomize = findKustomize();
    const env = await pythonPackage(VALIDATOR.name, VALIDATOR.version);
    const lines: string[] = [];
    for (const variant of variants) {
      report(`rendering ${variant.name}`);
      const rendered = await render(kustomize, variant);
      const manifests = parseAllDocuments(rendered).map((document) => document.toJS() as Manifest);
      const wrong = violations(manifests, { version, production: variant.overlay === 'prod' });
      if (wrong.length > 0) throw new Error(`${variant.name}:\n  ${wrong.join('\n  ')}`);
      const file = join(verifyFolder('k8s'), 'rendered.yaml');
      writeFileSync(file, rendered);
      const args = ['-m', 'kubernetes_validate', '--kubernetes-version', KUBERNETES, '--strict', file];
      const verdicts = (await must('python3', args, { env })).split('\n');
      const without = verdicts.filter((line) => line.startsWith('WARN')).length;
      const note = without > 0 ? `, ${without} of kinds without a schema here` : '';
      lines.push(`${variant.name}: ${manifests.length} manifests fit Kubernetes ${KUBERNETES}${note}`);
    }
    return lines;
  },
};

function findKustomize(): string[] {
  const kubectl = onPath('kubectl');
  if (kubectl) return [kubectl, 'kustomize'];
  const kustomize = onPath('kustomize');
  if (kustomize) return [kustomize, 'build'];
  throw new CannotRun('neither kubectl nor kustomize is installed');
}

async function render([program, verb]: string[], variant: (typeof variants)[number]): Promise<string> {
  const at = join(packageRoot, '.orkestra', 'verify-k8s');
  mkdirSync(at, { recursive: true });
  try {
    const to = (path: string) => relative(at, join(folder, path));
    const kustomization = {
      resources: [to(`overlays/${variant.overlay}`)],
      components: variant.components.map((name) => to(`components/${name}`)),
    };
    // JSON is YAML.
    writeFileSync(join(at, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await must(program!, [verb!, at]);
  } finally {
    rmSync(at, { recursive: true });
  }
}
