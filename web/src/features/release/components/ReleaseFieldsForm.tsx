// The fields of a release, for a new one and for an edit.
import type { Form as FormState } from '@/lib/forms';
import { useModels, useUsualMinutes } from '@/lib/lookup';
import type { Window } from '@/lib/schema';
import {
  FieldSet,
  FoldedSet,
  FoldedSets,
  Form,
  LongTextField,
  Pair,
  SelectField,
  TagsField,
  TextField,
} from '@/ui/Form';
import { PersonPicker, TeamPicker } from '@/ui/Picker';
import { WindowPlanner } from '@/ui/record/WindowPlanner';
import { WindowField } from '@/ui/WindowField';
import type { ReleaseValues } from '../releaseForm';
import { FIELD, RELEASE } from '../texts';
import { MembersField } from './MembersField';
import { MilestonesField, PackageField } from './RowFields';

interface Props {
  form: FormState<ReleaseValues>;
  submit: string;
  next?: string;
  draft?: boolean;
  busy: boolean;
  problem: unknown;
  /** The number of the release that is edited; absent for a new one. */
  subject?: string;
  onSubmit: () => void;
  onCancel: () => void;
}

const GOALS: (keyof ReleaseValues)[] = ['objectives', 'kpis', 'milestones'];
const PLAN: (keyof ReleaseValues)[] = [
  'package',
  'resources',
  'rollout',
  'contingency',
  'rollback_note',
  'tags',
];

export function ReleaseFieldsForm({ form, subject, ...frame }: Props) {
  const window = {
    label: FIELD.window,
    help: FIELD.windowHelp,
    minutes: useUsualMinutes(form.values.type),
    value: form.values.window,
    error: form.errorOf('window'),
    onChange: (next: Window | null) => form.set('window', next),
  };
  return (
    <Form {...frame} errors={form.errors}>
      <Basics form={form} fixedType={subject !== undefined} />
      <FieldSet title={FIELD.when}>
        {subject ? <WindowPlanner {...window} draft={{ subject }} /> : <WindowField {...window} />}
      </FieldSet>
      <People form={form} />
      <FoldedSets>
        <FoldedSet form={form} title={FIELD.goals} names={GOALS}>
          <LongTextField
            form={form}
            name="objectives"
            label={FIELD.objectives}
            help={FIELD.objectivesHelp}
          />
          <LongTextField form={form} name="kpis" label={FIELD.kpis} help={FIELD.kpisHelp} />
          <MilestonesField
            value={form.values.milestones}
            onChange={(milestones) => form.set('milestones', milestones)}
            error={form.errorOf('milestones')}
          />
        </FoldedSet>
        <FoldedSet form={form} title={FIELD.plan} names={PLAN}>
          <PackageField
            value={form.values.package}
            onChange={(items) => form.set('package', items)}
            error={form.errorOf('package')}
          />
          <LongTextField form={form} name="resources" label={FIELD.resources} />
          <LongTextField
            form={form}
            name="rollout"
            label={FIELD.rollout}
            help={FIELD.rolloutHelp}
          />
          <LongTextField
            form={form}
            name="contingency"
            label={FIELD.contingency}
            help={FIELD.contingencyHelp}
          />
          <LongTextField
            form={form}
            name="rollback_note"
            label={FIELD.rollbackNote}
            help={FIELD.rollbackNoteHelp}
          />
          <TagsField form={form} name="tags" label={FIELD.tags} placeholder="SOX" />
        </FoldedSet>
      </FoldedSets>
    </Form>
  );
}

function Basics({ form, fixedType }: { form: FormState<ReleaseValues>; fixedType: boolean }) {
  const models = useModels();
  const types = models.data?.filter((model) => model.kind === 'release');
  return (
    <FieldSet title={FIELD.basics}>
      <TextField
        form={form}
        name="title"
        label={FIELD.title}
        help={FIELD.titleHelp}
        max={200}
        required
        autoFocus={!fixedType}
      />
      <Pair>
        <SelectField
          form={form}
          name="type"
          label={FIELD.type}
          help={
            types?.find((model) => model.name === form.values.type)?.description ?? FIELD.typeHelp
          }
          required
          disabled={fixedType}
          options={
            types?.map((model) => ({ value: model.name, label: model.title })) ?? RELEASE.types
          }
        />
        <SelectField
          form={form}
          name="environment"
          label={FIELD.environment}
          options={RELEASE.environments}
        />
      </Pair>
      <LongTextField form={form} name="description" label={FIELD.description} />
    </FieldSet>
  );
}

function People({ form }: { form: FormState<ReleaseValues> }) {
  return (
    <FieldSet title={FIELD.people}>
      <Pair>
        <PersonPicker
          name="owner"
          label={FIELD.owner}
          help={FIELD.ownerHelp}
          value={form.values.owner}
          error={form.errorOf('owner')}
          onChange={(owner) => form.set('owner', owner)}
        />
        <PersonPicker
          name="release_manager"
          label={FIELD.manager}
          value={form.values.release_manager}
          error={form.errorOf('release_manager')}
          onChange={(person) => form.set('release_manager', person)}
        />
        <TeamPicker
          name="team"
          label={FIELD.team}
          value={form.values.team}
          error={form.errorOf('team')}
          onChange={(team) => form.set('team', team)}
        />
      </Pair>
      <MembersField
        value={form.values.members}
        error={form.errorOf('members')}
        onChange={(members) => form.set('members', members)}
      />
    </FieldSet>
  );
}
