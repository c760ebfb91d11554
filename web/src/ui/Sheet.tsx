// A dialog's frame: named by its title, closed by Escape, the cross or the page behind it.
import { CloseButton, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { UI } from './texts';
import classes from './Sheet.module.css';

interface Props {
  title: string;
  /** Speaks the title without showing it. */
  hideTitle?: boolean;
  onClose: () => void;
  width?: number;
  /** Holds something typed: a slip beside it does not close it. */
  held?: boolean;
  children: ReactNode;
}

export function Sheet({ title, hideTitle, onClose, width = 480, held, children }: Props) {
  return (
    <Modal.Root opened onClose={onClose} size={width} closeOnClickOutside={!held}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={title}>
        {!hideTitle && (
          <div className={classes.head}>
            <h2 className={classes.title}>{title}</h2>
            <CloseButton aria-label={UI.close} onClick={onClose} />
          </div>
        )}
        <div className={hideTitle ? undefined : classes.body}>{children}</div>
      </Modal.Content>
    </Modal.Root>
  );
}
