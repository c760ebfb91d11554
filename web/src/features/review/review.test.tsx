import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { review } from '@/testing/lists';
import { show } from '@/testing/render';
import { Refuse, serve, writes } from '@/testing/server';

it('saves what was written with the version it was read at', async () => {
  const sent = serve({ 'PUT /reviews/PIR-3': { id: review.id, version: 3 } });
  const { user } = show('/reviews/PIR-3');
  await user.type(await screen.findByRole('textbox', { name: /Root cause/ }), 'No queue limit');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(1));
  const [put] = writes(sent);
  expect(put?.headers.get('If-Match')).toBe('"2"');
  expect(put?.body).toEqual({ root_cause: 'No queue limit' });
});

it('keeps what was typed when someone else was first, and goes on from the newest', async () => {
  let current = review;
  const sent = serve({
    'GET /reviews/PIR-3': () => current,
    'PUT /reviews/PIR-3': () => {
      if (current.version === 3) return { id: review.id, version: 4 };
      current = { ...review, version: 3, went_wrong: 'The alarm was late.' };
      return new Refuse(412, { code: 'request.stale', detail: 'the record moved on' });
    },
  });
  const { user } = show('/reviews/PIR-3');
  await user.type(await screen.findByRole('textbox', { name: /Root cause/ }), 'No queue limit');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText(/Someone else changed this record/)).toBeInTheDocument();
  expect(await screen.findByDisplayValue('The alarm was late.')).toBeInTheDocument();
  expect(screen.getByRole('textbox', { name: /Root cause/ })).toHaveValue('No queue limit');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(writes(sent)).toHaveLength(2));
  const second = writes(sent)[1];
  expect(second?.headers.get('If-Match')).toBe('"3"');
  expect(second?.body).toEqual({ root_cause: 'No queue limit' });
});

it('says what is missing when it cannot be completed yet', async () => {
  serve();
  const { user } = show('/reviews/PIR-3');
  await user.click(await screen.findByRole('button', { name: 'Complete review' }));
  expect(await screen.findByText('Name the root cause.')).toBeInTheDocument();
});
