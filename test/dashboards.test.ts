import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../config/package.ts';
import { runCommand } from '../deploy/local/run-command.ts';
import { writeScrapeTargets } from '../deploy/local/scrape-targets.ts';
import {
  alerts,
  dashboards,
  expressions,
  monitoringFolder,
  type Panel,
  provisioned,
  testedAlerts,
} from './dashboards.ts';
import { findPromtool } from '../deploy/verify/promtool.ts';

const isRow = ({ type }: Panel) => type === 'row';

describe('the dashboards', () => {
  const datasource = (
    provisioned('grafana', 'provisioning', 'datasources', 'prometheus.yml') as {
      datasources: { uid: string }[];
    }
  ).datasources[0]!.uid;

  test('each has a place of its own in Grafana', () => {
    const uids = dashboards().map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    expect(dashboards().map(({ file }) => file)).toEqual([
      'engines.json',
      'latency.json',
      'overview.json',
      'workers.json',
    ]);
    for (const { uid, file, tags } of dashboards()) {
      expect(uid).toBe(`orkestra-${file.replace('.json', '')}`);
      expect(tags).toContain('orkestra');
    }
  });

  test.each(dashboards().map((board) => [board.title, board] as const))(
    '%s: panels are whole, and ask the source that is provisioned',
    (_, { panels }) => {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      for (const panel of panels.filter((each) => !isRow(each))) {
        expect(panel.datasource, panel.title).toEqual({ type: 'prometheus', uid: datasource });
        expect(panel.targets!.length, panel.title).toBeGreaterThan(0);
        expect(new Set(panel.targets!.map(({ refId }) => refId)).size).toBe(panel.targets!.length);
        for (const target of panel.targets!) expect(target.datasource.uid).toBe(datasource);
      }
    },
  );

  test.each(dashboards().map((board) => [board.title, board] as const))(
    '%s: no panel covers another',
    (_, { panels }) => {
      const cells = new Map<string, string>();
      for (const {
        title,
        gridPos: { x, y, w, h },
      } of panels) {
        expect(x + w, title).toBeLessThanOrEqual(24);
        for (let i = x; i < x + w; i++) {
          for (let j = y; j < y + h; j++) {
            expect(cells.get(`${i} ${j}`), title).toBeUndefined();
            cells.set(`${i} ${j}`, title);
          }
        }
      }
    },
  );
});

describe('the alerts', () => {
  test('a unit test sees each go off', () => {
    const names = alerts().map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    expect([...new Set(testedAlerts())].sort()).toEqual([...names].sort());
  });

  test('docs/monitoring.md tells what to do at each', () => {
    const text = readFileSync(join(packageRoot, 'docs', 'monitoring.md'), 'utf8');
    const rows = [...text.matchAll(/^\| (Orkestra\w+) +\| (\w+)/gm)].map(([, name, severity]) => [
      name,
      severity,
    ]);
    expect(rows.sort()).toEqual(
      alerts()
        .map(({ alert, labels }) => [alert, labels.severity])
        .sort(),
    );
  });

  test('each says how bad it is, and in one sentence what is the matter', () => {
    for (const { alert, labels, annotations } of alerts()) {
      expect(['critical', 'warning'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/^[^\n]{10,160}\.$/);
    }
  });
});

describe('promtool', () => {
  let promtool: string | undefined;
  beforeAll(async () => {
    promtool = await findPromtool();
  }, 180_000);

  const check = async (command: string, args: string[], env: Record<string, string> = {}) =>
    runCommand(command, args, {
      cwd: monitoringFolder,
      env: { ...process.env, ...env },
      stuckAfterMs: 60_000,
    });

  test('finds the configuration right, and the alerts as their unit tests want them', async ({ skip }) => {
    if (!promtool) skip('there is no promtool here: install Prometheus, or set PROMTOOL');
    const { code, output } = await check('sh', [join(monitoringFolder, 'check.sh')], { PROMTOOL: promtool! });
    expect(output).toContain('SUCCESS');
    expect(code, output).toBe(0);
  });

  test('can read every expression of the dashboards and the alerts', async ({ skip }) => {
    if (!promtool) skip('there is no promtool here: install Prometheus, or set PROMTOOL');
    const rules = expressions().map(({ expr }, i) => ({
      record: `expression_${i}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'orkestra-rules-'));
    try {
      // JSON is YAML.
      writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'all', rules }] }));
      const { code, output } = await check(promtool!, ['check', 'rules', join(folder, 'rules.yml')]);
      expect(code, output).toBe(0);
      expect(output).toContain(`${rules.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('reads the file that says where the workers of this machine are', async ({ skip }) => {
    if (!promtool) skip('there is no promtool here: install Prometheus, or set PROMTOOL');
    const folder = mkdtempSync(join(tmpdir(), 'orkestra-targets-'));
    try {
      writeScrapeTargets(join(folder, 'targets.json'), {
        stt: 'http://127.0.0.1:4711',
        tts: 'http://127.0.0.1:4712',
      });
      const config = {
        scrape_configs: [{ job_name: 'orkestra', file_sd_configs: [{ files: ['targets.json'] }] }],
      };
      writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
      const { code, output } = await check(promtool!, ['check', 'config', join(folder, 'prometheus.yml')]);
      expect(code, output).toBe(0);
      expect(output).not.toContain('WARNING');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('without promtool, the check says what to install', async () => {
  const { code, output } = await runCommand('/bin/sh', [join(monitoringFolder, 'check.sh')], {
    env: { PATH: '/nowhere' },
    stuckAfterMs: 10_000,
  });
  expect(code).toBe(1);
  expect(output).toMatch(/promtool is needed.*apt-get install prometheus/);
});
