import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Schema } from '@/lib/schema';
import {
  answers,
  byHand,
  asking,
  carriedBy,
  deployer,
  goingBack,
  mayDo,
  trigger,
} from '@/testing/runFixture';
import { show } from '@/testing/render';
import { Refuse, serve, writes, type Sent } from '@/testing/server';
import { ageText } from './age';

const written = { id: 'rel_18', version: 8 };
const wayBack = carriedBy().run!.way_back;
const scope = (asked: Sent) => asked.body as Schema<'RollBackRun'>;
const at = (carried: unknown) => ({ ...deployer, 'GET /deployments/REL-18': carried });

describe('the run page', () => {
  it('shows each step with its state in words, and leads from the graph to the step', async () => {
    serve(at(carriedBy()));
    const { user } = show('/deployments/REL-18');
    const graph = await screen.findByRole('group', { name: /Steps in the order/ });
    const box = within(graph).getByRole('button', { name: /gateway Under way · By hand/ });
    await user.click(box);
    const step = document.getElementById('step-gateway')!;
    expect(step).toHaveFocus();
    expect(within(step).getByText('Switch the gateway over.')).toBeInTheDocument();
    expect(within(step).getByText('after schema')).toBeInTheDocument();
    await user.click(box);
    await user.keyboard('{ArrowRight}');
    expect(within(graph).getByRole('button', { name: /mails/ })).toBeInTheDocument();
  });

  it('goes through the graph by the arrows', async () => {
    serve(at(carriedBy()));
    const { user } = show('/deployments/REL-18');
    const graph = await screen.findByRole('group', { name: /Steps in the order/ });
    within(graph)
      .getByRole('button', { name: /schema/ })
      .focus();
    await user.keyboard('{ArrowRight}');
    expect(within(graph).getByRole('button', { name: /gateway/ })).toHaveFocus();
    await user.keyboard('{ArrowLeft}');
    expect(within(graph).getByRole('button', { name: /schema/ })).toHaveFocus();
  });

  it('reports a step by its way and attempt', async () => {
    const sent = serve({ ...at(carriedBy()), 'POST /deployments/REL-18/report': written });
    const { user } = show('/deployments/REL-18');
    await user.click((await screen.findAllByRole('button', { name: 'Done: gateway' }))[0]!);
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({
      step: 'gateway',
      way: 'forward',
      attempt: 1,
      result: 'done',
    });
  });

  it('asks what happened before it reports a failure', async () => {
    const sent = serve({ ...at(carriedBy()), 'POST /deployments/REL-18/report': written });
    const { user } = show('/deployments/REL-18');
    await user.click((await screen.findAllByRole('button', { name: 'Failed: gateway' }))[0]!);
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Failed' }));
    expect(await within(dialog).findByText(/Give a reason/)).toBeInTheDocument();
    await user.type(within(dialog).getByRole('textbox'), 'It answers 502.');
    await user.click(within(dialog).getByRole('button', { name: 'Failed' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toMatchObject({ result: 'failed', note: 'It answers 502.' });
  });

  it('pauses, and shows the way on once it is paused', async () => {
    const paused = carriedBy({
      paused: true,
      waits: [{ what: 'resume', step: null, way: null, attempt: null }],
      actions: mayDo('resume', 'abort', 'rollback'),
    });
    let now = carriedBy();
    const sent = serve({
      ...deployer,
      'GET /deployments/REL-18': () => now,
      'POST /deployments/REL-18/pause': () => {
        now = paused;
        return written;
      },
    });
    const { user } = show('/deployments/REL-18');
    await screen.findByRole('heading', { level: 1, name: /Card service minor/ });
    await user.keyboard('p');
    expect(await screen.findByText('Paused')).toBeInTheDocument();
    expect(writes(sent)[0]?.path).toBe('/deployments/REL-18/pause');
    expect(screen.getByRole('button', { name: 'Go on' })).toBeInTheDocument();
  });

  it('puts the decision first: why, who, until when, and what happens otherwise', async () => {
    const sent = serve({ ...at(asking), 'POST /deployments/REL-18/decide': written });
    const { user } = show('/deployments/REL-18');
    const card = await screen.findByRole('region', { name: 'Go on, or take it back?' });
    expect(within(card).getByText('Step gateway failed: it answers 502.')).toBeInTheDocument();
    expect(card).toHaveTextContent(/Mara Manager decides. Without an answer it is taken back at/);
    expect(within(card).getByRole('timer')).toHaveTextContent(/^\d+:\d\d left$/);
    await user.click(within(card).getByRole('button', { name: 'Go on' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'It is known');
    await user.click(within(dialog).getByRole('button', { name: 'Go on' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ choice: 'continue', reason: 'It is known' });
  });

  it('tries a failed step again, or leaves it out with a reason', async () => {
    const sent = serve({
      ...at(asking),
      'POST /deployments/REL-18/retry': written,
      'POST /deployments/REL-18/skip': written,
    });
    const { user } = show('/deployments/REL-18');
    await user.click(await screen.findByRole('button', { name: 'Try again: gateway' }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ step: 'gateway' }));
    await user.click(screen.getByRole('button', { name: 'Leave it out: gateway' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'Done last week.');
    await user.click(within(dialog).getByRole('button', { name: 'Leave it out' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(2));
    expect(writes(sent)[1]?.body).toEqual({ step: 'gateway', reason: 'Done last week.' });
  });

  it('says before a rollback what stands, and what some changes drag along', async () => {
    const sent = serve({
      ...at(carriedBy()),
      'POST /deployments/REL-18/rollback/preview': (asked: Sent) =>
        scope(asked).changes ? { ...wayBack, dragged: ['CHG-42', 'CHG-43'] } : wayBack,
      'POST /deployments/REL-18/rollback': written,
    });
    const { user } = show('/deployments/REL-18');
    await user.click(await screen.findByRole('button', { name: 'Roll back' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText(/Postings are sent at once/)).toBeInTheDocument();
    expect(await within(dialog).findByText(/What was mailed stays mailed/)).toBeInTheDocument();
    expect(within(dialog).getByText(/2 steps would be taken back/)).toBeInTheDocument();
    await user.click(within(dialog).getByRole('radio', { name: 'Only some changes' }));
    await user.click(within(dialog).getByRole('checkbox', { name: /CHG-41/ }));
    expect(await within(dialog).findByText(/With them goes CHG-42, CHG-43/)).toBeInTheDocument();
    await user.type(within(dialog).getByRole('textbox'), 'Errors above 2 %');
    await user.click(within(dialog).getByRole('button', { name: 'Decide the rollback' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toMatchObject({
      reason: 'Errors above 2 %',
      changes: ['CHG-41'],
    });
  });

  it('is barred by a point of no return, unless it goes as far as it can', async () => {
    const refusal = {
      code: 'deployment.point_of_no_return',
      detail: '`point` was reached, and what lies before it stands: traffic is moved',
    };
    serve({
      ...at(carriedBy()),
      'POST /deployments/REL-18/rollback/preview': (asked: Sent) =>
        scope(asked).as_far_as_possible ? wayBack : { ...wayBack, steps: [], refusal },
    });
    const { user } = show('/deployments/REL-18');
    await user.click(await screen.findByRole('button', { name: 'Roll back' }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText(/what lies before it stands/)).toBeInTheDocument();
    await user.click(within(dialog).getByRole('checkbox', { name: /comes behind it/ }));
    expect(await within(dialog).findByText(/2 steps would be taken back/)).toBeInTheDocument();
  });

  it('shows what is watched in the background, and what follows when it stays so', async () => {
    const silent = {
      ...trigger,
      key: 'latency',
      value: 'no_data',
      note: 'no data for latency',
      fired: true,
      fires_at: null,
    };
    serve(at(carriedBy({ watched: true, triggers: [trigger, silent] })));
    show('/deployments/REL-18');
    expect(await screen.findByText(/errors\[1m\]\) is 0.25/)).toBeInTheDocument();
    expect(screen.getByText(/Should it stay so, all is taken back/)).toBeInTheDocument();
    expect(screen.getByText('A decision was asked for because of it.')).toBeInTheDocument();
  });

  it('gives a status update out of the template, and says that one is overdue', async () => {
    const updates = {
      plan: { every_minutes: 30, place: '#shop', audience: 'Support', template: '{release}' },
      owner: { id: 'per_1', name: 'Mara Manager' },
      due_at: new Date().toISOString(),
      overdue: true,
      draft: 'REL-18: running, 1 of 3',
      sent: [{ at: new Date(0).toISOString(), by: 'Ivan', text: 'It began.' }],
    };
    const sent = serve({
      ...at({ ...carriedBy(), updates }),
      'POST /deployments/REL-18/updates': written,
    });
    const { user } = show('/deployments/REL-18');
    expect(await screen.findByText(/Overdue: Mara Manager is reminded/)).toBeInTheDocument();
    expect(screen.getByText('It began.')).toBeInTheDocument();
    const next = screen.getByRole('textbox', { name: 'What the next one says' });
    expect(next).toHaveValue('REL-18: running, 1 of 3');
    await user.type(next, ' mails wait');
    await user.click(screen.getByRole('button', { name: 'Give this update' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ text: 'REL-18: running, 1 of 3 mails wait' });
  });

  it('answers the decision where one is asked for', async () => {
    const sent = serve({
      ...at(asking),
      'POST /deployments/REL-18/rollback/preview': wayBack,
      'POST /deployments/REL-18/decide': written,
    });
    const { user } = show('/deployments/REL-18');
    const card = await screen.findByRole('region', { name: 'Go on, or take it back?' });
    await user.click(within(card).getByRole('button', { name: 'Roll back' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'Not tonight');
    await user.click(within(dialog).getByRole('button', { name: 'Decide the rollback' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({ choice: 'rollback', reason: 'Not tonight' });
  });

  it('says why this reader may not steer it, and shows what the server refuses', async () => {
    const refusal = { code: 'deployment.signs_off', detail: 'it is signed off by another' };
    const detail = 'your account has not the permission release.deploy';
    const unpermitted = { code: 'request.not_permitted', detail };
    const signing = carriedBy({
      actions: [{ name: 'pause', allowed: false, refusal: unpermitted }],
    });
    signing.run!.steps[1] = { ...signing.run!.steps[1]!, kind: 'signoff' };
    serve({
      'GET /deployments/REL-18': signing,
      'POST /deployments/REL-18/report': new Refuse(409, refusal),
    });
    const { user } = show('/deployments/REL-18');
    await user.click((await screen.findAllByRole('button', { name: 'Sign off: gateway' }))[0]!);
    expect(await screen.findByText('It is signed off by another.')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'More actions' }));
    const pause = await screen.findByRole('menuitem', { name: /^Pause/ });
    expect(pause).toHaveAttribute('aria-disabled', 'true');
    expect(pause).toHaveTextContent('release.deploy');
  });

  it('leads to the page of the release where people carry it out', async () => {
    serve(at(byHand));
    const { router } = show('/deployments/REL-18');
    await waitFor(() => expect(router.state.location.pathname).toBe('/releases/REL-18/run'));
  });
});

describe('the page for three in the morning', () => {
  it('has no bars around it, and says first what cannot be undone', async () => {
    serve(at(asking));
    show('/deployments/REL-18/back');
    expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(
      'The way back of REL-18',
    );
    expect(screen.queryByRole('button', { name: 'Narrow the side bar' })).not.toBeInTheDocument();
    const parts = screen.getAllByRole('region').map((part) => part.getAttribute('aria-label'));
    expect(parts).toEqual([
      'What happens now',
      'Know this first',
      'Go on, or take it back?',
      'The way back',
    ]);
    const limits = screen.getByRole('region', { name: 'Know this first' });
    expect(within(limits).getByText(/What was mailed stays mailed/)).toBeInTheDocument();
    expect(within(limits).getByText(/Postings are sent at once/)).toBeInTheDocument();
  });

  it('lists the way back in its order, and reports the step whose turn it is', async () => {
    const sent = serve({ ...at(goingBack), 'POST /deployments/REL-18/report': written });
    const { user } = show('/deployments/REL-18/back');
    const list = await screen.findByRole('region', { name: 'The way back' });
    const items = within(list).getAllByRole('listitem');
    expect(items.map((item) => /gateway|schema/.exec(item.textContent)?.[0])).toEqual([
      'gateway',
      'schema',
    ]);
    expect(items[0]).toHaveAttribute('aria-current', 'step');
    await user.click(screen.getByRole('button', { name: 'Taken back: gateway' }));
    await waitFor(() => expect(writes(sent)).toHaveLength(1));
    expect(writes(sent)[0]?.body).toEqual({
      step: 'gateway',
      way: 'back',
      attempt: 1,
      result: 'done',
    });
  });

  it('offers what mends a step back that failed', async () => {
    const mending = {
      ...goingBack,
      run: {
        ...goingBack.run!,
        steps: goingBack.run!.steps.map((step) =>
          step.key === 'gateway'
            ? {
                ...step,
                back: { ...step.back!, state: 'failed' },
                actions: answers('done', 'retry', 'skip'),
              }
            : step,
        ),
        waits: [{ what: 'mend', step: 'gateway', way: 'back', attempt: 1 }],
      },
    };
    serve(at(mending));
    show('/deployments/REL-18/back');
    expect(await screen.findByText(/could not be taken back: try again/)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Try again: gateway' })).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Done by hand: gateway' })).toBeInTheDocument();
  });

  it('serves a deployment by hand, with minutes and clock for each step', async () => {
    const sent = serve({ ...at(byHand), 'POST /releases/REL-18/rollback': written });
    const { user } = show('/deployments/REL-18/back');
    const list = await screen.findByRole('region', { name: 'The way back' });
    expect(within(list).getAllByText(/10 min, done by \d\d:\d\d/)).toHaveLength(1);
    await user.click(await screen.findByRole('button', { name: 'Roll back' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByRole('textbox'), 'Errors above 2 %');
    await user.click(within(dialog).getByRole('button', { name: 'Decide the rollback' }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ reason: 'Errors above 2 %' }));
  });

  it('reports a step back by hand, and asks first about one that nobody reported', async () => {
    const [done, begun] = byHand.deployment.steps;
    const back = {
      ...byHand,
      deployment: {
        ...byHand.deployment,
        state: 'rolling_back',
        rollback: {
          reason: 'Errors above 2 %',
          decided_by: 'Mara Manager',
          decided_at: byHand.deployment.started_at,
          given_up: null,
          steps: [
            { ...begun!, uncertain: true },
            { ...done!, state: 'waiting', at: null },
          ],
        },
      },
    };
    const sent = serve({
      ...at(back),
      'POST /releases/REL-18/rollback/steps/CHG-42': written,
    });
    const { user } = show('/deployments/REL-18/back');
    expect(await screen.findByText('Because: Errors above 2 %')).toBeInTheDocument();
    expect(screen.getByText(/look first what it did/)).toBeInTheDocument();
    await user.click(await screen.findByRole('button', { name: /^It had not begun/ }));
    await waitFor(() => expect(writes(sent)[0]?.body).toEqual({ result: 'not_begun' }));
  });

  it('says how old it is, and that the server cannot be reached', async () => {
    let cut = false;
    serve({
      ...deployer,
      'GET /deployments/REL-18': () =>
        cut ? new Refuse(500, { code: 'fault', detail: 'gone' }) : carriedBy(),
    });
    const { user } = show('/deployments/REL-18/back');
    expect(await screen.findByText(/As of/)).toBeInTheDocument();
    cut = true;
    await user.click(screen.getByRole('button', { name: 'Read it anew' }));
    expect(await screen.findByText(/What you see is old/)).toBeInTheDocument();
    expect(screen.getByRole('heading', { name: 'The way back of REL-18' })).toBeInTheDocument();
    expect(ageText(1_000)).toBe('just now');
    expect(ageText(12_400)).toBe('12 s ago');
    expect(ageText(240_000)).toBe('4 min ago');
  });
});
