// How the tree over the log stands, its latest signed checkpoint and the key, to be kept elsewhere.
import { Button, CopyButton } from '@mantine/core';
import { useWrite } from '@/lib/write';
import { Facts, Section } from '@/ui/Page';
import { say } from '@/ui/say';
import { ErrorState, PartSkeleton, ProblemNote } from '@/ui/States';
import { UI } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { useStanding, type Checkpoint, type Standing } from '../queries';
import { PROOF } from '../texts';
import { PackCheck } from './PackCheck';
import classes from './Proof.module.css';

export function Proof() {
  const standing = useStanding();
  const sign = useWrite<Checkpoint>((made) => say(PROOF.signed(made.size)));
  return (
    <Section title={PROOF.title}>
      {standing.error && (
        <ErrorState error={standing.error} retry={() => void standing.refetch()} />
      )}
      {standing.isPending && <PartSkeleton height={140} />}
      {standing.data && <Stands standing={standing.data} />}
      <ProblemNote error={sign.error} />
      <div className={classes.tools}>
        <Button
          variant="default"
          loading={sign.isPending}
          onClick={() => sign.mutate({ path: '/audit/checkpoint' })}
        >
          {PROOF.sign}
        </Button>
        {standing.data?.checkpoint && <Keep checkpoint={standing.data.checkpoint} />}
        <PackCheck />
      </div>
    </Section>
  );
}

function Stands({ standing }: { standing: Standing }) {
  const { head, size, key, checkpoint } = standing;
  return (
    <>
      <p className="soft">{PROOF.help}</p>
      <Facts
        facts={[
          [PROOF.size, size === head ? PROOF.all(size) : PROOF.behind(size, head)],
          [
            PROOF.latest,
            checkpoint ? (
              <>
                {PROOF.of(checkpoint.size)}, <Time at={checkpoint.at} />
              </>
            ) : (
              PROOF.none
            ),
          ],
          [PROOF.root, checkpoint && <code className={classes.code}>{checkpoint.root}</code>],
          [PROOF.key, key && <Key text={key} />],
        ]}
      />
    </>
  );
}

function Key({ text }: { text: string }) {
  return (
    <span className={classes.key}>
      <code className={classes.code}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-xs" onClick={copy} aria-label={PROOF.copyKey}>
            {copied ? UI.copied : UI.copy}
          </Button>
        )}
      </CopyButton>
    </span>
  );
}

/** The signed note as a file. */
function Keep({ checkpoint }: { checkpoint: Checkpoint }) {
  const note = `data:text/plain;charset=utf-8,${encodeURIComponent(checkpoint.note)}`;
  return (
    <Button
      component="a"
      href={note}
      download={`checkpoint-${checkpoint.size}.txt`}
      variant="default"
      title={PROOF.keepHelp}
    >
      {PROOF.keep}
    </Button>
  );
}
