// The text of a file: monospace, unspelled, its lines numbered, and a place in it can be gone to.
import { Textarea } from '@mantine/core';
import { useRef, type Ref } from 'react';
import classes from './FileField.module.css';

const LINE_PX = 18;

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  rows?: number;
  readOnly?: boolean;
  maxLength?: number;
  field?: Ref<HTMLTextAreaElement>;
}

export function FileField({ label, value, onChange, rows = 24, field, ...rest }: Props) {
  const numbers = useRef<HTMLPreElement>(null);
  const lines = value.split('\n').map((_, index) => index + 1);
  return (
    <div className={classes.frame}>
      <Textarea
        ref={field}
        aria-label={label}
        classNames={{ input: classes.text }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => {
          const { scrollTop } = event.currentTarget;
          if (numbers.current) numbers.current.style.transform = `translateY(${-scrollTop}px)`;
        }}
        rows={rows}
        wrap="off"
        spellCheck={false}
        {...rest}
      />
      <div className={classes.gutter} aria-hidden="true">
        <pre ref={numbers}>{lines.join('\n')}</pre>
      </div>
    </div>
  );
}

/** Sets the cursor to a line and column, both from 1, and marks the rest of that line. */
export function goToPlace(
  field: HTMLTextAreaElement | null,
  place: { line: number; column: number },
) {
  if (!field) return;
  const lines = field.value.split('\n');
  const before = lines.slice(0, place.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const start = before + place.column - 1;
  const end = before + (lines[place.line - 1]?.length ?? 0);
  field.focus();
  field.setSelectionRange(start, Math.max(start, end));
  field.scrollTop = Math.max(0, (place.line - 4) * LINE_PX);
}
