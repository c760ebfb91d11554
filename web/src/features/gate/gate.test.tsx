import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { gate } from '@/testing/gateFixture';
import { show } from '@/testing/render';
import { serve } from '@/testing/server';

describe('gates', () => {
  it('say what they answered last, why, for whom, and behind which record', async () => {
    serve({ 'GET /gates': { items: [gate] } });
    show('/gates');
    const line = (await screen.findByText('booking-api')).closest('li')!;
    expect(within(line).getByText('Wait')).toBeInTheDocument();
    expect(line).toHaveTextContent('to production');
    expect(line).toHaveTextContent('the approval of REL-17 is awaited · waits for CAB');
    expect(within(line).getByRole('link', { name: 'REL-17' })).toHaveAttribute(
      'href',
      expect.stringContaining('/releases/REL-17'),
    );
    expect(within(line).getByText('sha256:9f2e14')).toBeInTheDocument();
  });

  it('name the change of a deployment that nothing authorised', async () => {
    const change = { id: 'chg_1', number: 'CHG-7', name: 'Unauthorised: booking-api' };
    const seen = { at: gate.since!, ci: 'web-01', by: 'a shell', unauthorised: change };
    serve({ 'GET /gates': { items: [{ ...gate, seen }] } });
    show('/gates');
    expect(await screen.findByText('Nothing authorised it')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'CHG-7' })).toBeInTheDocument();
    expect(screen.getByText(/on web-01 by a shell/)).toBeInTheDocument();
  });

  it('are chosen by their answer, and say so when there is none', async () => {
    const sent = serve({ 'GET /gates': { items: [] } });
    show('/gates');
    expect(await screen.findByText('No pipeline has asked yet')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('combobox', { name: 'Answer' }));
    await userEvent.click(await screen.findByRole('option', { name: 'Deny' }));
    expect(await screen.findByText('No gate answers so')).toBeInTheDocument();
    expect(sent.some((call) => call.query.get('verdict') === 'deny')).toBe(true);
  });
});
