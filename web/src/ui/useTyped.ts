// What is typed into a filter, handed on once the typing rests.
import { useEffect, useState } from 'react';

const TYPING_MS = 250;

export function useTyped(value: string, onChange: (text: string) => void) {
  // What is typed is kept beside the address it was typed over, so that a cleared filter wins.
  const [typed, setTyped] = useState({ over: value, text: value });
  const text = typed.over === value ? typed.text : value;
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return { text, type: (next: string) => setTyped({ over: value, text: next }) };
}
