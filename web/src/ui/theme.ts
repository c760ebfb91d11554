// Mantine in our colours: its variables point at the roles of tokens.css.
import {
  ActionIcon,
  Badge,
  Button,
  createTheme,
  Input,
  Menu,
  Modal,
  Popover,
  Tooltip,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type VariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const accent: MantineColorsTuple = [
  '#e9edfb',
  '#d3dbf6',
  '#a9b9ec',
  '#8ba3ff',
  '#5c76d4',
  '#4560c4',
  '#2f4bb3',
  '#263e98',
  '#1f337d',
  '#182861',
];

/** Mantine's grey scale for dark, laid on the surfaces and texts of tokens.css. */
const dark: MantineColorsTuple = [
  '#e7e9ec',
  '#c4cad1',
  '#a6aeb8',
  '#929aa4',
  '#444b54',
  '#21252a',
  '#1a1d21',
  '#131518',
  '#0e1012',
  '#0a0b0d',
];

/** Filled buttons take the roles, so that their text keeps its contrast in dark. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== 'filled') return colors;
  if (input.color === 'accent' || !input.color) {
    const background = 'var(--accent)';
    return { ...colors, background, hover: 'var(--accent-hover)', color: 'var(--on-accent)' };
  }
  if (input.color === 'red') {
    const background = 'var(--stop)';
    return { ...colors, background, hover: 'var(--stop)', color: 'var(--on-stop)' };
  }
  return colors;
};

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent, dark },
  variantColorResolver: variantColors,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '18px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'md',
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Help stands under the field, as in every form here.
    InputWrapper: Input.Wrapper.extend({
      defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] },
    }),
    Button: Button.extend({ defaultProps: { size: 'sm', fw: 560 } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Badge: Badge.extend({ defaultProps: { tt: 'none', fw: 500 } }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 250,
        multiline: true,
        maw: 340,
        withArrow: false,
        events: { hover: true, focus: true, touch: true },
      },
    }),
    Popover: Popover.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 120 } } }),
    Menu: Menu.extend({
      defaultProps: {
        shadow: 'md',
        transitionProps: { duration: 120 },
        // The first item takes the focus itself; a placeholder is no child of a menu.
        withInitialFocusPlaceholder: false,
      },
    }),
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 140 },
        overlayProps: { backgroundOpacity: 0.4 },
      },
    }),
  },
});

const roles = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-soft)',
  '--mantine-color-placeholder': 'var(--text-faint)',
  '--mantine-color-default': 'var(--surface-raised)',
  '--mantine-color-default-hover': 'var(--surface-hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-anchor': 'var(--accent-text)',
  '--mantine-color-error': 'var(--stop-text)',
  '--mantine-color-accent-filled': 'var(--accent)',
  '--mantine-color-accent-filled-hover': 'var(--accent-hover)',
  '--mantine-color-accent-light': 'var(--accent-soft)',
  '--mantine-color-accent-light-color': 'var(--accent-text)',
  '--mantine-color-accent-text': 'var(--accent-text)',
  '--mantine-color-accent-outline': 'var(--accent)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--mantine-color-disabled': 'var(--surface-sunken)',
  '--mantine-color-disabled-color': 'var(--text-faint)',
  '--mantine-color-disabled-border': 'var(--line)',
  '--mantine-shadow-md': 'var(--shadow-2)',
  '--mantine-shadow-xs': 'var(--shadow-1)',
};

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: roles,
  dark: roles,
});
