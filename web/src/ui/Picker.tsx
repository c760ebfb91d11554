// Pickers that search while one types: one record, or several. The page lends the search.
import {
  CloseButton,
  Combobox,
  InputBase,
  Loader,
  Pill,
  PillsInput,
  useCombobox,
} from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  findChanges,
  findCis,
  findPeople,
  findReleases,
  findServices,
  findTeams,
  type Choice,
  type Search,
} from '@/lib/lookup';
import { fieldId } from '@/lib/forms';
import { useMarked } from './needed';
import { UI } from './texts';
import classes from './Picker.module.css';

interface Shared {
  name?: string;
  label: string;
  help?: string;
  error?: string;
  required?: boolean;
  placeholder?: string;
  disabled?: boolean;
}

export interface OnePickerProps extends Shared {
  search: Search;
  value: Choice | null;
  onChange: (choice: Choice | null) => void;
}

interface ManyPickerProps extends Shared {
  search: Search;
  /** Records whose own are offered first. */
  near?: string[];
  value: Choice[];
  onChange: (choices: Choice[]) => void;
}

function useChoices(search: Search, text: string, open: boolean, near?: string[]) {
  return useQuery({
    queryKey: ['pick', search.name, text, near],
    enabled: open,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => search(text, signal, near),
  });
}

export function OnePicker(props: OnePickerProps) {
  const { value, onChange } = props;
  const [text, setText] = useState('');
  const combobox = useCombobox({ onDropdownClose: () => setText('') });
  const found = useChoices(props.search, text, combobox.dropdownOpened);
  const pick = (choice: string) => {
    onChange(found.data?.find((each) => each.value === choice) ?? null);
    combobox.closeDropdown();
  };
  const shown = combobox.dropdownOpened ? text : (value?.label ?? '');
  return (
    <Combobox store={combobox} onOptionSubmit={pick}>
      <Combobox.Target>
        <InputBase
          {...useWrapper(props)}
          disabled={props.disabled}
          placeholder={value?.label ?? props.placeholder ?? UI.typeToSearch}
          value={shown}
          rightSectionPointerEvents="all"
          rightSection={
            value && !props.disabled ? (
              <CloseButton
                size="sm"
                aria-label={`${UI.remove} ${value.label}`}
                onClick={() => onChange(null)}
              />
            ) : null
          }
          onFocus={() => combobox.openDropdown()}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
          }}
        />
      </Combobox.Target>
      <Found found={found.data} busy={found.isFetching} />
    </Combobox>
  );
}

export function ManyPicker(props: ManyPickerProps) {
  const { value, onChange } = props;
  const [text, setText] = useState('');
  const combobox = useCombobox();
  const found = useChoices(props.search, text, combobox.dropdownOpened, props.near);
  const open = found.data?.filter((each) => !value.some((old) => old.value === each.value));
  const pick = (choice: string) => {
    const chosen = open?.find((each) => each.value === choice);
    if (chosen) onChange([...value, chosen]);
    setText('');
  };
  const remove = (choice: Choice) => onChange(value.filter((each) => each.value !== choice.value));
  return (
    <Combobox store={combobox} onOptionSubmit={pick}>
      <Combobox.DropdownTarget>
        <PillsInput {...useWrapper(props)} disabled={props.disabled}>
          <Pill.Group>
            {value.map((each) => (
              <Pill
                key={each.value}
                withRemoveButton={!props.disabled}
                onRemove={() => remove(each)}
                removeButtonProps={{
                  'aria-hidden': false,
                  'aria-label': `${UI.remove} ${each.label}`,
                  tabIndex: 0,
                }}
              >
                {each.label}
              </Pill>
            ))}
            <Combobox.EventsTarget>
              <PillsInput.Field
                id={props.name ? fieldId(props.name) : undefined}
                aria-label={props.label}
                placeholder={value.length === 0 ? (props.placeholder ?? UI.typeToSearch) : ''}
                value={text}
                onFocus={() => combobox.openDropdown()}
                onBlur={() => combobox.closeDropdown()}
                onChange={(event) => {
                  setText(event.currentTarget.value);
                  combobox.openDropdown();
                }}
                onKeyDown={(event) => {
                  const last = value.at(-1);
                  if (event.key === 'Backspace' && text === '' && last) remove(last);
                }}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Found found={open} busy={found.isFetching} />
    </Combobox>
  );
}

function Found({ found, busy }: { found: Choice[] | undefined; busy: boolean }) {
  return (
    <Combobox.Dropdown>
      <Combobox.Options mah={280} style={{ overflowY: 'auto' }}>
        {found?.map((choice) => (
          <Combobox.Option key={choice.value} value={choice.value} className={classes.option}>
            <span>{choice.label}</span>
            {choice.hint && <span className={classes.hint}>{choice.hint}</span>}
          </Combobox.Option>
        ))}
        {!found?.length && (
          <Combobox.Empty>
            {busy ? <Loader size="xs" aria-label={UI.searching} /> : UI.nothingFound}
          </Combobox.Empty>
        )}
      </Combobox.Options>
    </Combobox.Dropdown>
  );
}

function useWrapper(props: Shared) {
  return {
    id: props.name ? fieldId(props.name) : undefined,
    ...useMarked(props.name, props.label, props.help),
    error: props.error,
    withAsterisk: props.required,
  };
}

type One = Omit<OnePickerProps, 'search'> & { search?: Search };
type Many = Omit<ManyPickerProps, 'search'> & { search?: Search };

export function PersonPicker(props: One) {
  return <OnePicker search={findPeople} {...props} />;
}

export function PeoplePicker(props: Many) {
  return <ManyPicker search={findPeople} {...props} />;
}

export function TeamPicker(props: One) {
  return <OnePicker search={findTeams} {...props} />;
}

export function ServicePicker(props: One) {
  return <OnePicker search={findServices} {...props} />;
}

export function ServicesPicker(props: Many) {
  return <ManyPicker search={findServices} {...props} />;
}

export function CiPicker(props: One) {
  return <OnePicker search={findCis} {...props} />;
}

export function CisPicker(props: Many) {
  return <ManyPicker search={findCis} {...props} />;
}

export function ChangesPicker(props: Many) {
  return <ManyPicker search={findChanges} {...props} />;
}

export function ReleasesPicker(props: Many) {
  return <ManyPicker search={findReleases} {...props} />;
}
