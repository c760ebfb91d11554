// The search page: words and kind live in the address, results lead to their records.
import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';

const FOUND = {
  items: [
    { kind: 'change', id: 'chg_41', number: 'CHG-41', title: 'Move the ledger', state: 'draft' },
    { kind: 'ci', id: 'ci_01', title: 'ledger-db', state: '' },
  ],
};

it('finds records by the words in the address and leads to them', async () => {
  const sent = serve({ 'GET /search': FOUND });
  show('/search?q=ledger&kind=change');
  expect(await screen.findByRole('link', { name: /CHG-41 Move the ledger/ })).toHaveAttribute(
    'href',
    '/changes/CHG-41',
  );
  expect(screen.getByRole('link', { name: 'ledger-db' })).toHaveAttribute('href', '/cis/ci_01');
  const asked = sent.find((call) => call.path === '/search');
  expect(asked?.query.get('q')).toBe('ledger');
  expect(asked?.query.get('kind')).toBe('change');
});

it('puts what is typed into the address, so that a search can be sent to someone', async () => {
  serve({ 'GET /search': { items: [] } });
  const { user, router } = show('/search');
  await user.type(await screen.findByRole('searchbox'), 'gateway');
  await waitFor(() => expect(router.state.location.search).toEqual({ q: 'gateway' }));
  expect(await screen.findByText('Nothing found for “gateway”')).toBeInTheDocument();
});
