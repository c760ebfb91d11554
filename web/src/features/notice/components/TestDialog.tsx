// Sends a test message by a channel, and says what became of it.
import { Alert, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { Dialog } from '@/ui/Dialog';
import { CHANNELS } from '../texts';

interface Props {
  channel: Schema<'Channel'>;
  onClose: () => void;
}

export function TestDialog({ channel, onClose }: Props) {
  const [to, setTo] = useState('');
  const write = useWrite<Schema<'ChannelTested'>>();
  const submit = () =>
    write.mutate({ path: `/channels/${channel.id}/test`, body: to ? { to } : {} });
  return (
    <Dialog
      title={CHANNELS.testTitle(channel.name)}
      submit={CHANNELS.testSend}
      busy={write.isPending}
      problem={write.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <p className="soft">{CHANNELS.testHelp}</p>
      {channel.kind === 'email' && (
        <TextInput
          label={CHANNELS.testTo}
          description={CHANNELS.testToHelp}
          type="email"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      )}
      {write.data && (
        <Alert color={write.data.delivered ? 'green' : 'red'} role="status">
          {write.data.detail}
        </Alert>
      )}
    </Dialog>
  );
}
