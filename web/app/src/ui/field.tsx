import type { ReactNode } from 'react';
import {
  Checkbox as AriaCheckbox,
  Select as AriaSelect,
  TextField as AriaTextField,
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
} from 'react-aria-components';
import styles from './field.module.css';

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Said below the field. */
  hint?: string;
  error?: string;
  placeholder?: string;
  isRequired?: boolean;
  isLabelHidden?: boolean;
  autoFocus?: boolean;
  /** More than one makes it a text area of so many rows. */
  rows?: number;
  isCode?: boolean;
}

export function TextField({ label, value, onChange, hint, error, rows = 1, ...rest }: TextFieldProps) {
  const { placeholder, isRequired, isLabelHidden, autoFocus, isCode } = rest;
  const className = `${styles.input} ${isCode ? styles.code : ''}`;
  return (
    <AriaTextField
      className={styles.field}
      value={value}
      onChange={onChange}
      isRequired={isRequired}
      isInvalid={Boolean(error)}
      autoFocus={autoFocus}
    >
      <Label className={isLabelHidden ? 'visually-hidden' : styles.label}>
        {label}
        {isRequired && <span aria-hidden="true"> *</span>}
      </Label>
      {rows > 1 ? (
        <TextArea className={className} rows={rows} placeholder={placeholder} dir="auto" />
      ) : (
        <Input className={className} placeholder={placeholder} dir="auto" />
      )}
      {hint && (
        <Text slot="description" className={styles.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error}>{error}</FieldError>
    </AriaTextField>
  );
}

export interface Option<Value extends string> {
  value: Value;
  label: string;
  hint?: string;
}

interface SelectProps<Value extends string> {
  label: string;
  value: Value | null;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  placeholder?: string;
  isLabelHidden?: boolean;
  isDisabled?: boolean;
}

export function Select<Value extends string>({ label, value, options, onChange, ...rest }: SelectProps<Value>) {
  return (
    <AriaSelect
      className={styles.field}
      selectedKey={value}
      onSelectionChange={(key) => key !== null && onChange(key as Value)}
      placeholder={rest.placeholder}
      isDisabled={rest.isDisabled}
    >
      <Label className={rest.isLabelHidden ? 'visually-hidden' : styles.label}>{label}</Label>
      <Button className={`${styles.input} ${styles.select}`}>
        <SelectValue className={styles.chosen} />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className={styles.popover}>
        <ListBox className={styles.list} items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className={styles.option}>
              {/* Without slots: then the option is named by all that can be read in it. */}
              <span dir="auto">{option.label}</span>
              {option.hint && <span className={styles.hint}>{option.hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface CheckboxProps {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  children: ReactNode;
  isDisabled?: boolean;
}

export function Checkbox({ children, ...rest }: CheckboxProps) {
  return (
    <AriaCheckbox {...rest} className={styles.checkbox}>
      <span className={styles.box} aria-hidden="true" />
      <span>{children}</span>
    </AriaCheckbox>
  );
}
