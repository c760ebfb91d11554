// Remarks on a record, oldest first, and a field for the next one.
import { Button, Textarea } from '@mantine/core';
import type { FormEvent } from 'react';
import { useDraftText } from '@/lib/forms';
import type { Action, Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { RefusalText } from '../Actions';
import { Section } from '../Page';
import { Prose } from '../Prose';
import { ProblemNote } from '../States';
import { Time } from '../Time';
import { RECORD } from './texts';
import classes from './record.module.css';

interface Props {
  comments: Schema<'Comment'>[];
  /** The record's path in the API, such as `/changes/CHG-12`. */
  path: string;
  /** The action that writes one. */
  may: Action | undefined;
}

export function Comments({ comments, path, may }: Props) {
  const [text, setText] = useDraftText(`comment:${path}`);
  const write = useWrite(() => setText(''));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) write.mutate({ path: `${path}/comments`, body: { text: text.trim() } });
  };
  return (
    <Section title={RECORD.comments}>
      {comments.length === 0 && <p className="soft">{RECORD.noComments}</p>}
      <ol className={classes.comments}>
        {comments.map((comment) => (
          <li key={comment.at + comment.author}>
            <p className={classes.by}>
              <strong>{comment.author}</strong> <Time at={comment.at} />
            </p>
            <Prose text={comment.text} />
          </li>
        ))}
      </ol>
      {may?.allowed ? (
        <form onSubmit={submit} className={classes.write}>
          <ProblemNote error={write.error} />
          <Textarea
            aria-label={RECORD.comment}
            placeholder={RECORD.comment}
            autosize
            minRows={2}
            maxRows={10}
            maxLength={4000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            size="compact-md"
            loading={write.isPending}
            disabled={text.trim() === ''}
          >
            {RECORD.addComment}
          </Button>
        </form>
      ) : (
        <RefusalText refusal={may?.refusal} />
      )}
    </Section>
  );
}
