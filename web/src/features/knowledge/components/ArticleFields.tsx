// The fields of an article.
import { findReleases } from '@/lib/lookup';
import type { Form } from '@/lib/forms';
import { LongTextField, Pair, SelectField, TextField } from '@/ui/Form';
import { OnePicker, ServicesPicker } from '@/ui/Picker';
import { wordOf } from '@/ui/texts';
import type { ArticleValues } from '../articleForm';
import { AUDIENCES, KB, KINDS } from '../texts';

const { fields } = KB;

export function ArticleFields({ form }: { form: Form<ArticleValues> }) {
  return (
    <>
      <TextField form={form} name="title" label={fields.title} required max={200} />
      <Pair>
        <SelectField
          form={form}
          name="kind"
          label={fields.kind}
          options={KINDS.map((value) => ({ value, label: wordOf(value) }))}
        />
        <SelectField
          form={form}
          name="audience"
          label={fields.audience}
          options={AUDIENCES.map((value) => ({ value, label: KB.audiences[value] ?? value }))}
        />
      </Pair>
      <LongTextField form={form} name="body" label={fields.body} help={fields.bodyHelp} rows={14} />
      <ServicesPicker
        name="services"
        label={fields.services}
        help={fields.servicesHelp}
        error={form.errorOf('services')}
        value={form.values.services}
        onChange={(services) => form.set('services', services)}
      />
      <OnePicker
        search={findReleases}
        name="release"
        label={fields.release}
        error={form.errorOf('release')}
        value={form.values.release}
        onChange={(release) => form.set('release', release)}
      />
    </>
  );
}
