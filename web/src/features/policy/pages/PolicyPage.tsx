// The policy: its files, an editor that checks and tries them, and the versions before. Text that
// is being written outlives another version that comes into force.
import { Button, NumberInput, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useCan } from '@/lib/session';
import { useWrite } from '@/lib/write';
import { FileField, goToPlace } from '@/ui/FileField';
import { Page, Section } from '@/ui/Page';
import { ErrorState, PartSkeleton, ProblemNote } from '@/ui/States';
import { Time } from '@/ui/Time';
import { Observed } from '../components/Observed';
import { Findings, Replayed } from '../components/Outcomes';
import { TextTried } from '../components/TextTried';
import classes from '../components/policy.module.css';
import { begun, edited, isOvertaken, onBothSides, onTop, type Draft } from '../draft';
import {
  usePolicy,
  useVersions,
  type Checked,
  type Files,
  type Policy,
  type Replay,
} from '../queries';
import { SET } from '../texts';

const DAYS = 90;

export default function PolicyPage() {
  const policy = usePolicy();
  return (
    <Page title={SET.title} meta={<span>{SET.meta}</span>}>
      {policy.error && <ErrorState error={policy.error} retry={() => void policy.refetch()} />}
      {policy.isPending && <PartSkeleton height={480} />}
      {policy.data && <Editor policy={policy.data} />}
      <Observed />
      <Versions />
    </Page>
  );
}

function Editor({ policy }: { policy: Policy }) {
  const [draft, setDraft] = useState(() => begun(policy));
  const [note, setNote] = useState('');
  const [chosen, setShown] = useState('');
  const [checked, setChecked] = useState<Checked>();
  const { field, goTo } = useGoTo(setShown);
  const overtaken = isOvertaken(draft, policy);
  // Where nothing was written, or just what came into force, the page goes on with the newest.
  if (draft.base.version !== policy.version && !overtaken) setDraft(begun(policy));
  const { base, files } = draft;
  const setFiles = (files: Files) => setDraft({ base, files });
  const shown = chosen in files ? chosen : (Object.keys(files)[0] ?? '');
  const changed = edited(draft);
  return (
    <>
      {overtaken && <Overtaken draft={draft} policy={policy} onChoose={setDraft} />}
      <Section title={SET.files} aside={SET.inForce(policy.version)}>
        {checked && (
          <div className={classes.flaws}>
            <Findings checked={checked} onOpen={goTo} />
          </div>
        )}
        <div className={classes.editor}>
          <ul className={classes.list} aria-label={SET.files}>
            {Object.keys(files).map((path) => (
              <li key={path}>
                <button
                  type="button"
                  className={classes.file}
                  aria-pressed={path === shown}
                  onClick={() => setShown(path)}
                >
                  {path}
                  {changed.includes(path) && <span className="soft"> {SET.edited}</span>}
                </button>
              </li>
            ))}
          </ul>
          <FileField
            field={field}
            label={SET.text(shown)}
            value={files[shown] ?? ''}
            onChange={(text) => setFiles({ ...files, [shown]: text })}
          />
        </div>
        <TextTried path={shown} files={files} />
        <NewFile
          onAdd={(path) => {
            setFiles({ [path]: files['releases/minor.toml'] ?? '', ...files });
            setShown(path);
          }}
        />
        <Facts facts={policy.facts} />
      </Section>
      <Steps
        key={base.version}
        {...{ base, files, note }}
        onNote={setNote}
        onChecked={setChecked}
      />
    </>
  );
}

interface Place {
  file: string;
  line: number;
  column: number;
}

/** Shows the file of a place, and then sets the cursor there. */
function useGoTo(show: (file: string) => void) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [at, setAt] = useState<Place>();
  useEffect(() => {
    if (at) goToPlace(field.current, at);
  }, [at]);
  const goTo = (place: Place) => {
    show(place.file);
    setAt({ ...place });
  };
  return { field, goTo };
}

interface OvertakenProps {
  draft: Draft;
  policy: Policy;
  onChoose: (draft: Draft) => void;
}

/** Another version came into force while someone was writing: they choose, nothing is lost. */
function Overtaken({ draft, policy, onChoose }: OvertakenProps) {
  const both = onBothSides(draft, policy);
  return (
    <div className={classes.overtaken} role="alert">
      <p>{SET.overtaken(policy.version, policy.by, draft.base.version)}</p>
      {both.length > 0 && <p>{SET.onBothSides(both.join(', '))}</p>}
      <div className={classes.steps}>
        <Button onClick={() => onChoose(onTop(draft, policy))}>
          {SET.keepText(policy.version)}
        </Button>
        <Button variant="default" onClick={() => onChoose(begun(policy))}>
          {SET.dropText}
        </Button>
      </div>
    </div>
  );
}

function NewFile({ onAdd }: { onAdd: (path: string) => void }) {
  const [name, setName] = useState('');
  const word = name.trim().toLowerCase();
  return (
    <div className={classes.steps}>
      <TextInput
        label={SET.newType}
        description={SET.newTypeHelp}
        inputWrapperOrder={['label', 'description', 'input', 'error']}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button
        variant="default"
        disabled={!/^[a-z0-9_-]+$/.test(word)}
        onClick={() => {
          onAdd(`releases/${word}.toml`);
          setName('');
        }}
      >
        {SET.add}
      </Button>
    </div>
  );
}

function Facts({ facts }: { facts: Policy['facts'] }) {
  return (
    <details className={classes.facts}>
      <summary>{SET.facts}</summary>
      <dl>
        {facts.map((fact) => (
          <div key={fact.name}>
            <dt className="mono">{fact.name}</dt>
            <dd>
              {fact.about}
              {fact.values.length > 0 && <span className="soft"> ({fact.values.join(', ')})</span>}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

interface StepsProps {
  /** The version that the text started from. */
  base: Policy;
  files: Files;
  note: string;
  onNote: (note: string) => void;
  onChecked: (checked: Checked) => void;
}

/** Check, try, put in force: each over the files as they stand in the editor. */
function Steps({ base, files, note, onNote, onChecked }: StepsProps) {
  const may = useCan('policy.write');
  const [days, setDays] = useState(DAYS);
  const check = useWrite<Checked>(onChecked);
  const replay = useWrite<Replay>();
  const activate = useWrite(() => onNote(''));
  return (
    <Section title={SET.steps}>
      <div className={classes.steps}>
        <Button
          variant="default"
          loading={check.isPending}
          onClick={() => check.mutate({ path: '/policy/check', body: { files } })}
        >
          {SET.check}
        </Button>
        <NumberInput
          label={SET.days}
          min={1}
          max={20000}
          value={days}
          onChange={(value) => setDays(Number(value) || DAYS)}
        />
        <Button
          variant="default"
          loading={replay.isPending}
          onClick={() => replay.mutate({ path: '/policy/replay', body: { days, files } })}
        >
          {SET.try}
        </Button>
        <TextInput
          label={SET.note}
          value={note}
          onChange={(event) => onNote(event.currentTarget.value)}
        />
        <Button
          disabled={!may}
          title={may ? undefined : SET.mayNot}
          loading={activate.isPending}
          onClick={() =>
            activate.mutate({
              method: 'PUT',
              path: '/policy',
              version: base.version,
              body: { files, note },
            })
          }
        >
          {SET.activate}
        </Button>
      </div>
      {[check, replay, activate].map(
        (step, index) => step.error && <ProblemNote key={index} error={step.error} />,
      )}
      {replay.data && <Replayed replay={replay.data} />}
    </Section>
  );
}

function Versions() {
  const versions = useVersions();
  return (
    <Section title={SET.versions}>
      <ol className={classes.versions}>
        {versions.data?.items.map((version) => (
          <li key={version.version}>
            <strong>{SET.version(version.version)}</strong> {version.note}{' '}
            <span className="soft">
              {version.by} {version.at && <Time at={version.at} />}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
