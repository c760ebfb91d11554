// Report pages: values and what was not collected, the definition, and the way from a chart's table
// to the records of a step and back.
import { screen, waitFor, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';
import { valueText } from '@/ui/figureText';
import { stepText, trendOf } from './format';
import type { Figure, Report } from './queries';

vi.mock('./components/echarts', () => ({
  init: () => ({
    setOption: () => {},
    getZr: () => ({ on: () => {} }),
    resize: () => {},
    dispose: () => {},
  }),
}));

const definition: Figure['definition'] = {
  title: 'Change failure rate',
  says: 'Deployments to production that needed a remedy.',
  shape: 'share',
  unit: 'share',
  counts: 'Deployments of releases to production.',
  placed: 'the beginning of the deployment',
  zone: 'UTC',
  causes: ['explicit link', 'rollback'],
  source: 'DORA, dora.dev',
  better: 'lower',
};

const figure: Figure = {
  name: 'change_failure_rate',
  definition,
  value: { n: 8, counted: 2, value: 0.25, low: 0.07, high: 0.59 },
  before: { n: 5, counted: 2, value: 0.4, low: 0.1, high: 0.8 },
  history: [
    {
      from: '2026-10-01',
      to: '2026-11-01',
      value: { n: 5, counted: 2, value: 0.4, low: 0.1, high: 0.8 },
      limits: { low: 0, middle: 0.1, high: 0.3 },
    },
    { from: '2026-11-01', to: '2026-12-01', value: { n: 0 } },
  ],
};

const asked: Report['asked'] = {
  from: '2026-10-01',
  to: '2026-12-01',
  zone: 'UTC',
  by: 'month',
  behind: 0,
};

const lead: Figure = {
  ...figure,
  name: 'change_lead_time',
  definition: { ...definition, title: 'Change lead time', shape: 'spread', unit: 'seconds' },
  value: { n: 0 },
  before: { n: 0 },
};

const record = {
  kind: 'release',
  record: { id: 'rel_17', number: 'REL-17', name: 'Autumn' },
  at: '2026-10-07T20:00:00Z',
  counted: true,
  type: 'major release',
  because: [{ id: 'inc_3', number: 'INC-3', name: 'Payments fail' }],
};

it('shows each figure with its value, and what was not collected as no number', async () => {
  serve({ 'GET /reports': { asked, items: [figure, lead], types: ['major release'] } });
  const { user } = show('/reports');
  const card = await screen.findByRole('article', { name: 'Change failure rate' });
  expect(within(card).getByText('25 %')).toBeInTheDocument();
  expect(within(card).getByText(/2 of 8/)).toBeInTheDocument();
  expect(within(card).getByText(/better/)).toBeInTheDocument();
  const none = screen.getByRole('article', { name: 'Change lead time' });
  expect(within(none).getByText('Not collected')).toBeInTheDocument();
  expect(within(none).queryByRole('img')).toBeNull();
  await user.click(within(card).getByRole('button', { name: 'Definition' }));
  expect(within(card).getByText('explicit link, rollback')).toBeInTheDocument();
  expect(within(card).getByText(/Wilson, 95 %/)).toBeInTheDocument();
});

it('asks for what the address says', async () => {
  const sent = serve({ 'GET /reports': { asked, items: [figure], types: [] } });
  show('/reports?from=2026-10-01&by=week&type=major+release');
  await screen.findByRole('article', { name: 'Change failure rate' });
  const call = sent.find((each) => each.path === '/reports');
  expect(call?.query.get('from')).toBe('2026-10-01');
  expect(call?.query.get('by')).toBe('week');
  expect(call?.query.get('type')).toBe('major release');
});

it('leads from the table of a chart to the records of a step, and back', async () => {
  const sent = serve({
    'GET /reports/change_failure_rate': { asked, items: [figure], types: [] },
    'GET /reports/change_failure_rate/records': { items: [record] },
  });
  const { user, router } = show('/reports/change_failure_rate');
  const table = await screen.findByRole('table', { name: 'The same as a table' });
  expect(within(table).getByText('outside its control limits')).toBeInTheDocument();
  expect(within(table).getByText('Not collected')).toBeInTheDocument();
  await user.click(within(table).getByRole('button', { name: 'Records of Oct 2026' }));
  expect(router.state.location.search).toEqual({ step: '2026-10-01' });
  const records = () => sent.filter((each) => each.path.endsWith('/records'));
  await waitFor(() => expect(records().at(-1)?.query.get('to')).toBe('2026-11-01'));
  const link = await screen.findByRole('link', { name: 'REL-17 Autumn' });
  expect(link).toHaveAttribute('href', '/releases/REL-17/overview');
  expect(screen.getByRole('link', { name: 'INC-3' })).toBeInTheDocument();
  await user.click(link);
  await waitFor(() => expect(router.state.location.pathname).toContain('REL-17'));
  router.history.back();
  await screen.findByRole('button', { name: 'Of Oct 2026 only · The whole time' });
});

it('divides a figure by the size of releases, and leads to those of one', async () => {
  const group = { key: '2 to 5 changes', value: figure.value, before: { n: 0 } };
  const sent = serve({
    'GET /reports/change_failure_rate': {
      asked: { ...asked, by: 'size' },
      items: [{ ...figure, groups: [group] }],
      types: [],
    },
    'GET /reports/change_failure_rate/records': { items: [record] },
  });
  const { user, router } = show('/reports/change_failure_rate?by=size');
  const table = await screen.findByRole('table', { name: 'The same as a table' });
  await user.click(within(table).getByRole('button', { name: 'Records of 2 to 5 changes' }));
  await waitFor(() => expect(router.state.location.search).toEqual({ size: '2 to 5 changes' }));
  const records = () => sent.filter((each) => each.path.endsWith('/records'));
  await waitFor(() => expect(records().at(-1)?.query.get('size')).toBe('2 to 5 changes'));
});

it('writes values in units that people read', () => {
  expect(valueText(244_590, 'seconds')).toBe('2 d 20 h');
  expect(valueText(-90, 'seconds')).toBe('−2 min');
  expect(valueText(0, 'share')).toBe('0 %');
  expect(valueText(undefined, 'share')).toBe('Not collected');
  expect(valueText(1.456, 'per week')).toBe('1.46 a week');
  expect(stepText('2026-10-01', '2027-01-01', 'quarter')).toBe('Q4 2026');
  expect(trendOf(figure)).toBe('better');
  expect(trendOf(lead)).toBeUndefined();
});
