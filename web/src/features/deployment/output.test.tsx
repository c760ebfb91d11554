import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Schema } from '@/lib/schema';
import { carriedBy, deployer } from '@/testing/runFixture';
import { show } from '@/testing/render';
import { serve, type Sent } from '@/testing/server';

describe('the output of a command', () => {
  it('shows what a command says as it is said, and folds it once it is over', async () => {
    const parts: Record<string, Schema<'JobOutput'>> = {
      '0': { text: 'Unpacking…\n', next: 13, more: true },
      '13': { text: 'Restarted\n', next: 23, more: true },
      '23': { text: '', next: 23, more: true },
    };
    const command = (state: string) => {
      const [, gateway] = carriedBy().run!.steps;
      const forward = { ...gateway!.forward, state, attempts: 2 };
      return carriedBy({ steps: [{ ...gateway!, kind: 'command', needs: [], forward }] });
    };
    let state = 'running';
    const said = (sent: Sent) => parts[sent.query.get('after')!];
    serve({
      ...deployer,
      'GET /deployments/REL-18': () => command(state),
      'GET /jobs/rel_18%3Agateway%3Aforward%3A2/output': said,
      'GET /jobs/rel_18%3Agateway%3Aforward%3A1/output': { text: 'Refused', next: 7, more: false },
    });
    const { user, queries } = show('/deployments/REL-18');
    const output = await screen.findByRole('region', { name: 'Output of gateway, attempt 2' });
    expect(output).toHaveTextContent('Unpacking… Restarted');
    expect(screen.getByRole('button', { name: 'Copy the output' })).toBeInTheDocument();
    expect(screen.queryByText('Refused')).not.toBeInTheDocument();
    await user.click(screen.getByText('Output'));
    expect(await screen.findByText('Refused')).toBeInTheDocument();

    parts['23'] = { text: 'Ready', next: 28, more: false };
    expect(await screen.findByText(/Ready/, undefined, { timeout: 5_000 })).toBe(output);
    state = 'done';
    await queries.invalidateQueries({ queryKey: ['/deployments'] });
    await waitFor(() => expect(output).not.toBeInTheDocument());
    expect(screen.getByText('Refused')).toBeInTheDocument();
  });

  it('says that a command has said nothing yet, and asks of no other step', async () => {
    const [schema, gateway] = carriedBy().run!.steps;
    const steps = [schema!, { ...gateway!, kind: 'command' }];
    const sent = serve({ ...deployer, 'GET /deployments/REL-18': carriedBy({ steps }) });
    show('/deployments/REL-18');
    expect(await screen.findByText('It has said nothing yet.')).toBeInTheDocument();
    const jobs = sent.filter(({ path }) => path.startsWith('/jobs')).map(({ path }) => path);
    expect(new Set(jobs)).toEqual(new Set(['/jobs/rel_18%3Agateway%3Aforward%3A1/output']));
  });
});
