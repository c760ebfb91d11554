// A short word after something was done, with the way back.
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { UI } from './texts';
import classes from './sayUndo.module.css';

const SHOWN_MS = 12_000;

export function sayUndo(message: string, undo: () => void, label: string = UI.undo) {
  const id = notifications.show({
    autoClose: SHOWN_MS,
    withBorder: true,
    message: (
      <span className={classes.line}>
        {message}
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {label}
        </Button>
      </span>
    ),
  });
}
