// The type of a new release, proposed by the rules of the models.
import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';

it('proposes a type with the reason, and takes it over with a click', async () => {
  const sent = serve({
    'POST /models/proposal': {
      policy: 0,
      proposed: 'major',
      reason: 'release.tier is high',
      rules: [],
    },
  });
  const { user } = show('/releases/new');
  expect(await screen.findByText(/Major fits: release\.tier is high/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Use it' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Use it' })).toBeNull());
  const asked = sent.find((call) => call.path === '/models/proposal');
  expect(asked?.body).toMatchObject({ changes: [], environment: 'production' });
});
