// What the command of a step says on its runner, as it is said: open while it runs, folded once it
// is over.
import { Button, CopyButton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { asProblem } from '@/lib/problem';
import { ProblemNote } from '@/ui/States';
import { UI } from '@/ui/texts';
import { useJobOutput } from '../queries';
import { OUTPUT } from '../texts';
import classes from './run.module.css';

interface Props {
  step: string;
  /** The key of its job: an attempt is one job. */
  job: string;
  attempt: number;
  runs: boolean;
}

export function StepOutput({ step, job, attempt, runs }: Props) {
  const [chosen, setChosen] = useState<boolean>();
  const open = chosen ?? runs;
  return (
    <details className={classes.output} open={open}>
      <summary
        onClick={(event) => {
          event.preventDefault();
          setChosen(!open);
        }}
      >
        {OUTPUT.title(attempt)}
      </summary>
      {open && <Said label={OUTPUT.of(step, attempt)} job={job} runs={runs} />}
    </details>
  );
}

function Said({ label, job, runs }: { label: string; job: string; runs: boolean }) {
  const output = useJobOutput(job, runs);
  const text = output.data?.text ?? '';
  const box = useRef<HTMLPreElement>(null);
  // Whoever reads at the end stays there; whoever scrolled up is left where they are.
  const follows = useRef(true);
  useEffect(() => {
    if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  // A job that no runner has taken yet has said nothing.
  const error = output.error && asProblem(output.error).status !== 404 ? output.error : undefined;
  if (error && !text) return <ProblemNote error={error} />;
  if (!text) return <p className="soft">{runs ? OUTPUT.nothingYet : OUTPUT.nothing}</p>;
  return (
    <>
      <pre
        ref={box}
        role="region"
        aria-label={label}
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.current = scrollHeight - scrollTop - clientHeight < END_PX;
        }}
      >
        {text}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-xs" onClick={copy} aria-label={OUTPUT.copy}>
            {copied ? UI.copied : UI.copy}
          </Button>
        )}
      </CopyButton>
    </>
  );
}

/** So near to the end counts as there. */
const END_PX = 24;
