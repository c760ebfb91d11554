// The file by which a release carries itself out: edited, checked, its order drawn.
import { Button } from '@mantine/core';
import { useRef } from 'react';
import { useDraftText } from '@/lib/forms';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { actionOf } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { FileField, goToPlace } from '@/ui/FileField';
import { Section } from '@/ui/Page';
import { StepGraph } from '@/ui/record/StepGraph';
import { stepKind } from '@/ui/record/texts';
import { say } from '@/ui/say';
import { EmptyState, ErrorState, PartSkeleton, ProblemNote } from '@/ui/States';
import { sentence } from '@/ui/texts';
import { drawn, exampleOf } from '../planFile';
import { releasePath, usePlanFile, type Release } from '../queries';
import { PLAN_FILE } from '../planTexts';
import classes from './plan.module.css';

type PlanDocument = Schema<'PlanDocument'>;

const LENGTH_MAX = 100_000;

export function PlanFile({ release }: { release: Release }) {
  const file = usePlanFile(release.number);
  if (file.error) return <ErrorState error={file.error} retry={() => void file.refetch()} />;
  if (!file.data) return <PartSkeleton height={240} />;
  return <Editor release={release} kept={file.data} />;
}

function Editor({ release, kept }: { release: Release; kept: PlanDocument }) {
  const keptText = kept.text ?? '';
  const [draft, setDraft] = useDraftText(`plan-${release.number}`);
  const text = draft || keptText;
  const field = useRef<HTMLTextAreaElement>(null);
  const path = `${releasePath(release.number)}/plan`;
  const check = useWrite<PlanDocument>();
  const save = useWrite(() => {
    setDraft('');
    check.reset();
    say(PLAN_FILE.saved);
  });
  const write = (next: string | null) =>
    save.mutate({ method: 'PUT', path, version: release.version, body: { text: next } });
  // Flaws are told by the check, with their places; only a sound file is sent.
  const checked = (then: () => void) =>
    check.mutate(
      { path: `${path}/check`, body: { text } },
      { onSuccess: (found) => found.flaws.length === 0 && then() },
    );
  const discard = () => {
    setDraft('');
    check.reset();
    save.reset();
  };
  const edit = (next: string) => {
    discard();
    // An emptied field stays a draft: a plan is taken away by the button that says so.
    setDraft(next || '\n');
  };
  const action = actionOf(release.actions, 'set_plan');
  const mayEdit = action?.allowed ?? false;
  const flaws = check.data?.flaws ?? (draft ? [] : kept.flaws);

  if (text === '') {
    return (
      <Section title={PLAN_FILE.title} flush>
        <EmptyState
          icon="deployments"
          title={PLAN_FILE.emptyTitle}
          action={
            mayEdit && release.changes.length > 0
              ? { label: PLAN_FILE.start, run: () => edit(exampleOf(release)) }
              : undefined
          }
        >
          <p>{PLAN_FILE.empty}</p>
        </EmptyState>
      </Section>
    );
  }
  return (
    <Section title={PLAN_FILE.title} aside={draft && draft !== keptText && PLAN_FILE.edited}>
      <p className={classes.fileHelp}>{mayEdit ? PLAN_FILE.help : PLAN_FILE.readOnly}</p>
      <FileField
        field={field}
        label={PLAN_FILE.text(release.number)}
        value={text}
        onChange={edit}
        rows={Math.min(28, Math.max(10, text.split('\n').length + 1))}
        readOnly={!mayEdit}
        maxLength={LENGTH_MAX}
      />
      <Flaws flaws={flaws} onGo={(flaw) => goToPlace(field.current, flaw)} />
      {[save, check].map((each, at) => each.error && <ProblemNote key={at} error={each.error} />)}
      <div className={classes.verbs}>
        <ActionButton
          offered
          primary
          item={{
            name: 'set_plan',
            label: PLAN_FILE.save,
            allowed: mayEdit,
            refusal: action?.refusal,
            busy: save.isPending,
            run: () => checked(() => write(text)),
          }}
        />
        <Button
          variant="default"
          loading={check.isPending}
          onClick={() => checked(() => say(PLAN_FILE.sound))}
        >
          {PLAN_FILE.check}
        </Button>
        {draft && (
          <Button variant="subtle" onClick={discard}>
            {PLAN_FILE.discard}
          </Button>
        )}
        {keptText && mayEdit && !draft && (
          <Button variant="subtle" onClick={() => write(null)}>
            {PLAN_FILE.takeAway}
          </Button>
        )}
      </div>
      <Order text={text} />
    </Section>
  );
}

/** What is wrong, each leading to its place in the text. */
function Flaws(props: { flaws: Schema<'PlanFlaw'>[]; onGo: (flaw: Schema<'PlanFlaw'>) => void }) {
  if (props.flaws.length === 0) return null;
  return (
    <div role="alert" className={classes.flaws}>
      <p>{PLAN_FILE.flaws(props.flaws.length)}</p>
      <ul>
        {props.flaws.map((flaw) => (
          <li key={`${flaw.line} ${flaw.column} ${flaw.detail}`}>
            <button type="button" onClick={() => props.onGo(flaw)}>
              {PLAN_FILE.place(flaw.line, flaw.column)}
            </button>{' '}
            {sentence(flaw.detail)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Order({ text }: { text: string }) {
  const steps = drawn(text);
  if (steps.length === 0) return null;
  return (
    <>
      <h3 className={classes.orderTitle}>{PLAN_FILE.order}</h3>
      <StepGraph
        label={PLAN_FILE.order}
        steps={steps.map((step) => ({
          ...step,
          detail: [step.kind && stepKind(step.kind), step.change].filter(Boolean).join(' · '),
        }))}
      />
    </>
  );
}
