import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { review } from '@/testing/lists';
import { show } from '@/testing/render';
import { serve, writes } from '@/testing/server';

it('saves what was written with the version it was read at', async () => {
  const sent = serve({ 'PUT /reviews/PIR-3': { id: review.id, version: 3 } });
  const { user } = show('/reviews/PIR-3');
  await user.type(await screen.findByRole('textbox', { name: /Root cause/ }), 'No queue limit');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  const [put] = writes(sent);
  expect(put?.headers.get('If-Match')).toBe('"2"');
  expect(put?.body).toMatchObject({
    root_cause: 'No queue limit',
    actions: [{ title: 'Add a check of the queue depth', owner: 'per_03', done: false }],
  });
});

it('says what is missing when it cannot be completed yet', async () => {
  serve();
  const { user } = show('/reviews/PIR-3');
  await user.click(await screen.findByRole('button', { name: 'Complete review' }));
  expect(await screen.findByText('Name the root cause.')).toBeInTheDocument();
});
