// How status updates are given while the release is carried out.
import { NumberInput, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { actionOf } from '@/ui/actions';
import { ActionButton } from '@/ui/Actions';
import { Dialog } from '@/ui/Dialog';
import { Section } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { UPDATE } from '@/ui/record/texts';
import { releasePath, type Release } from '../queries';

export function UpdatePlan({ release }: { release: Release }) {
  const [editing, dialog] = useDisclosure();
  const may = actionOf(release.actions, 'plan_updates');
  const plan = release.updates;
  return (
    <Section
      title={UPDATE.title}
      aside={
        may && (
          <ActionButton
            offered
            size="compact-sm"
            item={{ ...may, label: UPDATE.set, run: dialog.open }}
          />
        )
      }
    >
      {plan ? (
        <>
          <p>{UPDATE.plan(plan.every_minutes, plan.place, plan.audience)}</p>
          <Prose text={plan.template} />
        </>
      ) : (
        <p className="soft">{UPDATE.none}</p>
      )}
      {editing && <EditPlan release={release} onClose={dialog.close} />}
    </Section>
  );
}

function EditPlan({ release, onClose }: { release: Release; onClose: () => void }) {
  const before = release.updates;
  const write = useWrite(onClose);
  const [every, setEvery] = useState<number | string>(before?.every_minutes ?? 30);
  const [place, setPlace] = useState(before?.place ?? '');
  const [audience, setAudience] = useState(before?.audience ?? '');
  const [template, setTemplate] = useState(before?.template ?? UPDATE.template);
  const put = (plan: Schema<'UpdatePlan'> | null) =>
    write.mutate({
      method: 'PUT',
      path: `${releasePath(release.number)}/updates`,
      body: { plan },
      version: release.version,
    });
  const all = { every_minutes: Number(every), place, audience, template };
  return (
    <Dialog
      title={UPDATE.set}
      submit={UPDATE.save}
      onClose={onClose}
      onSubmit={() => put(all)}
      busy={write.isPending}
      problem={write.error}
    >
      <NumberInput
        data-autofocus
        label={UPDATE.every}
        min={1}
        max={1440}
        value={every}
        onChange={setEvery}
      />
      <TextInput
        label={UPDATE.place}
        value={place}
        maxLength={200}
        onChange={(event) => setPlace(event.currentTarget.value)}
      />
      <TextInput
        label={UPDATE.audience}
        value={audience}
        maxLength={200}
        onChange={(event) => setAudience(event.currentTarget.value)}
      />
      <Textarea
        label={UPDATE.says}
        description={UPDATE.saysHelp}
        autosize
        minRows={2}
        maxLength={4000}
        value={template}
        onChange={(event) => setTemplate(event.currentTarget.value)}
      />
      {before && (
        <ActionButton
          size="compact-sm"
          item={{ name: 'off', label: UPDATE.off, allowed: true, run: () => put(null) }}
        />
      )}
    </Dialog>
  );
}
