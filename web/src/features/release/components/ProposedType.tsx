// Which type of release fits the changes that are to travel in it, by the rules of the models.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { send } from '@/lib/client';
import type { Choice } from '@/lib/lookup';
import type { Schema } from '@/lib/schema';
import { ChangesPicker } from '@/ui/Picker';
import { ProblemNote } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { PROPOSED } from '../afterTexts';

interface Props {
  changes: Choice[];
  onChanges: (changes: Choice[]) => void;
  environment: string;
  tags: string[];
  type: string;
  onUse: (type: string) => void;
}

export function ProposedType({ changes, onChanges, environment, tags, type, onUse }: Props) {
  const asked: Schema<'ProposeModel'> = {
    changes: changes.map((change) => change.value),
    tags,
    ...(environment ? { environment } : {}),
  };
  const proposal = useQuery({
    queryKey: ['/models', 'proposal', asked],
    queryFn: () => send<Schema<'ModelProposal'>>('POST', '/models/proposal', asked),
  });
  const found = proposal.data;
  const proposed = found?.proposed;
  return (
    <section aria-label={PROPOSED.title}>
      <ChangesPicker
        label={PROPOSED.changes}
        help={PROPOSED.help}
        value={changes}
        onChange={onChanges}
      />
      <ProblemNote error={proposal.error} />
      <p role="status">
        {proposed ? PROPOSED.fits(wordOf(proposed), found.reason) : (found?.reason ?? '')}{' '}
        {proposed && proposed !== type && (
          <Button size="compact-sm" variant="default" onClick={() => onUse(proposed)}>
            {PROPOSED.use}
          </Button>
        )}
      </p>
    </section>
  );
}
