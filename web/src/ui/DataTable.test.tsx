import { fireEvent, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { releaseRows } from '@/testing/lists';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';

const row = releaseRows[0]!;

function many(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    ...row,
    id: `rel_${index}`,
    number: `REL-${index}`,
    title: `Release ${index}`,
  }));
}

it('is walked by j and k and opened by Enter', async () => {
  serve();
  const { user, router } = show('/releases');
  await screen.findByRole('link', { name: /REL-17/ });
  await user.keyboard('jjk');
  const chosen = document.querySelector('tr[data-at]');
  expect(chosen).toHaveTextContent('REL-17');
  await user.keyboard('{Enter}');
  expect(router.state.location.pathname).toBe('/releases/REL-17/overview');
});

it('reads on with the cursor of the page before', async () => {
  const sent = serve({
    'GET /releases': (call: { query: URLSearchParams }) =>
      call.query.get('cursor') === 'c2'
        ? { items: [{ ...row, id: 'rel_x', number: 'REL-99', title: 'Older' }] }
        : { items: releaseRows, next: 'c2' },
  });
  const { user } = show('/releases');
  await user.click(await screen.findByRole('button', { name: 'Show more' }));
  expect(await screen.findByRole('link', { name: /REL-99/ })).toBeInTheDocument();
  expect(sent.filter((call) => call.path === '/releases')).toHaveLength(2);
  expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument();
});

it('draws only the rows near the view when there are many', async () => {
  serve({ 'GET /releases': { items: many(1000) } });
  show('/releases');
  const table = await screen.findByRole('table', { name: 'Releases' });
  expect(table).toHaveAttribute('aria-rowcount', '1001');
  expect(within(table).getAllByRole('row').length).toBeLessThan(200);
  expect(within(table).getByText('REL-0')).toBeInTheDocument();
});

it('clears all filters at once and searches while one types', async () => {
  const sent = serve();
  const { user, router } = show('/releases?phase=approval&mine=true');
  await user.click(await screen.findByRole('button', { name: 'Clear filters' }));
  expect(router.state.location.search).toEqual({});
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'ledger' } });
  await expect
    .poll(() => sent.some((call) => call.query.get('q') === 'ledger'), { timeout: 4000 })
    .toBe(true);
});

it('says why the list is empty', async () => {
  serve({ 'GET /releases': { items: [] } });
  show('/releases?phase=approval');
  expect(await screen.findByText('No release matches these filters')).toBeInTheDocument();
});
