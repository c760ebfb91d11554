// The log page: the filter by record is in the address, a payload is shown as it was written.
import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';

it('asks for the events of the record in the address and leads to it', async () => {
  const sent = serve();
  show('/audit?subject=CHG-41');
  expect(await screen.findByRole('link', { name: 'Open CHG-41' })).toHaveAttribute(
    'href',
    '/changes/CHG-41',
  );
  const asked = sent.filter((call) => call.path === '/audit/events').at(-1);
  expect(asked?.query.get('subject')).toBe('CHG-41');
});

it('puts a typed number into the address', async () => {
  serve();
  const { user, router } = show('/audit');
  await user.type(await screen.findByRole('searchbox', { name: 'Record' }), 'REL-17');
  await waitFor(() => expect(router.state.location.search).toEqual({ subject: 'REL-17' }));
});
