// Hands a secret out once. It closes only by its button, so that no stray click loses the secret.
import { Button, CopyButton, Modal } from '@mantine/core';
import { UI } from './texts';
import classes from './SecretDialog.module.css';

interface Props {
  title: string;
  help: string;
  /** What is told when the secret was handed out before. */
  none: string;
  secret: string | null | undefined;
  onClose: () => void;
}

export function SecretDialog({ title, help, none, secret, onClose }: Props) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={<strong>{title}</strong>}
      size={560}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      {secret ? (
        <>
          <p className={classes.help}>{help}</p>
          <div className={classes.secret}>
            <code>{secret}</code>
            <CopyButton value={secret}>
              {({ copied, copy }) => (
                <Button variant="default" size="compact-md" onClick={copy}>
                  {copied ? UI.copied : UI.copy}
                </Button>
              )}
            </CopyButton>
          </div>
        </>
      ) : (
        <p className={classes.help}>{none}</p>
      )}
      <div className={classes.foot}>
        <Button onClick={onClose}>{UI.haveCopied}</Button>
      </div>
    </Modal>
  );
}
