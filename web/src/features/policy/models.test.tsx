// The models page: how each model did, by its type, and whether its review is overdue.
import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Schema } from '@/lib/schema';
import { models } from '@/testing/lists';
import { show } from '@/testing/render';
import { Refuse, serve } from '@/testing/server';
import type { Report } from './queries';

const [major, minor, emergency] = models as [Model, Model, Model];
type Model = Schema<'Model'>;
type Value = Schema<'FigureValue'>;

const LONG_AGO = '2020-03-02';
const FAR_AHEAD = '2099-03-02';

const report = (
  name: string,
  title: string,
  unit: string,
  groups: Record<string, Value>,
): Report => ({
  asked: { from: '2026-09-02', to: '2026-12-01', zone: 'UTC', by: 'type', behind: 0 },
  types: ['major release', 'minor release'],
  items: [
    {
      name,
      definition: {
        title,
        says: '',
        shape: unit === 'share' ? 'share' : 'spread',
        unit,
        counts: '',
        placed: '',
        zone: 'UTC',
        causes: [],
        source: '',
        better: 'higher',
      },
      value: { n: 99 },
      before: { n: 0 },
      history: [],
      groups: Object.entries(groups).map(([key, value]) => ({ key, value, before: { n: 0 } })),
    },
  ],
});

const SUCCESS = 'GET /reports/release_success_rate';
const WAIT = 'GET /reports/approval_wait';

const answers = {
  'GET /models': { items: models },
  [SUCCESS]: report('release_success_rate', 'Release success rate', 'share', {
    'major release': { n: 4, counted: 3, value: 0.75 },
    'minor release': { n: 0 },
  }),
  [WAIT]: report('approval_wait', 'Approval wait', 'seconds', {
    'major release': { n: 5, value: 180_000 },
  }),
};

const block = async (model: Model) =>
  within(await screen.findByRole('region', { name: model.title }));

it('shows what the records of a type came to, on how many that rests, and leads there', async () => {
  const sent = serve(answers);
  show('/settings/models');
  const shown = await block(major);
  const rate = await shown.findByRole('link', { name: 'Release success rate' });
  expect(rate).toHaveAttribute(
    'href',
    '/reports/release_success_rate?from=2026-09-02&to=2026-12-01&type=major+release',
  );
  expect(shown.getByText('75 %')).toBeInTheDocument();
  expect(shown.getByText('3 of 4')).toBeInTheDocument();
  expect(await shown.findByText('2 d 2 h')).toBeInTheDocument();
  expect(shown.getByText('n = 5')).toBeInTheDocument();

  const asked = sent.find((call) => call.path === '/reports/release_success_rate')?.query;
  const days = Date.parse(asked?.get('to') ?? '') - Date.parse(asked?.get('from') ?? '');
  expect(days / 86_400_000).toBe(90);
  expect(asked?.get('by')).toBe('type');
});

it('tells a type that never had a release from one that had none lately', async () => {
  serve(answers);
  show('/settings/models');
  const quiet = await block(minor);
  expect(await quiet.findByText(/No release of it came to an end/)).toBeInTheDocument();
  const unused = await block(emergency);
  expect(unused.getByText('There is no release of it yet.')).toBeInTheDocument();
  expect(unused.queryByRole('link', { name: 'Release success rate' })).toBeNull();
});

it('says once that figures cannot be read, and shows the models all the same', async () => {
  const refuse = new Refuse(403, { code: 'forbidden', detail: 'not for you' });
  serve({ ...answers, [SUCCESS]: refuse, [WAIT]: refuse });
  show('/settings/models');
  expect(await screen.findAllByRole('alert')).toHaveLength(1);
  expect(await block(major)).toBeDefined();
  expect(screen.queryByText('There is no release of it yet.')).toBeNull();
});

it('marks a review that is overdue, and names who answers for the model', async () => {
  serve({
    ...answers,
    'GET /models': {
      items: [
        { ...major, owner: 'Femke', review_on: LONG_AGO },
        { ...minor, review_on: LONG_AGO },
        { ...emergency, owner: 'Femke', review_on: FAR_AHEAD },
      ],
    },
  });
  show('/settings/models');
  const late = await block(major);
  expect(late.getByText('Review overdue')).toHaveAttribute('data-tone', 'stop');
  expect(late.getByText(/Mon 2 Mar 2020; Femke answers for it/)).toBeInTheDocument();
  expect((await block(minor)).getByText(/nobody is named/)).toBeInTheDocument();
  const early = await block(emergency);
  expect(early.queryByText('Review overdue')).toBeNull();
  expect(early.getByText(/Owned by Femke · to be reviewed on/)).toBeInTheDocument();
});
