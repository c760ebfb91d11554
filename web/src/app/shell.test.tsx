// What the shell adds to the pages: the way on from an address without one, the parts of the settings.
import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';

it('finds the record that an address without a page names', async () => {
  serve();
  show('/old/chg-12/edit');
  expect(await screen.findByRole('link', { name: 'Open CHG-12' })).toHaveAttribute(
    'href',
    '/changes/CHG-12',
  );
  expect(screen.getByRole('link', { name: 'Search for “edit”' })).toHaveAttribute(
    'href',
    '/search?q=edit',
  );
});

it('says of each part of the settings what is set there', async () => {
  serve();
  show('/settings');
  const rules = await screen.findByRole('region', { name: 'Rules' });
  expect(within(rules).getByRole('link', { name: 'Policy' })).toHaveAttribute(
    'href',
    '/settings/policy',
  );
  expect(within(rules).getByText(/The files that decide on approvals/)).toBeInTheDocument();
});
