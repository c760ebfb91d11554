// The bottom bar of a phone: the four pages of someone on the move, and the rest.
import { CloseButton, Drawer, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { UI } from '@/ui/texts';
import { BOTTOM, isHere, NAVIGATION } from './navigation';
import { SHELL } from './texts';
import classes from './BottomBar.module.css';

export function BottomBar({ path, waiting }: { path: string; waiting: number }) {
  const [open, drawer] = useDisclosure();
  return (
    <nav className={classes.bar} aria-label={SHELL.nav}>
      {BOTTOM.map((item) => {
        const here = isHere(item, path);
        return (
          <Link
            key={item.to}
            to={item.to}
            className={classes.item}
            aria-current={here ? 'page' : undefined}
          >
            <span className={classes.icon}>
              <Icon name={item.icon} size={20} />
              {item.count && waiting > 0 && <span className={classes.count}>{waiting}</span>}
            </span>
            {item.label}
          </Link>
        );
      })}
      <UnstyledButton className={classes.item} onClick={drawer.open}>
        <Icon name="more" size={20} />
        {SHELL.more}
      </UnstyledButton>
      <Drawer.Root opened={open} onClose={drawer.close} position="bottom" size="auto">
        <Drawer.Overlay backgroundOpacity={0.4} />
        <Drawer.Content aria-label={SHELL.nav} className={classes.sheet}>
          <div className={classes.sheetHead}>
            <strong>{SHELL.nav}</strong>
            <CloseButton aria-label={UI.close} onClick={drawer.close} />
          </div>
          <ul className={classes.all}>
            {NAVIGATION.flat()
              .flatMap((item) => [item, ...(item.children ?? [])])
              .map((item) => (
                <li key={item.to}>
                  <Link to={item.to} className={classes.entry} onClick={drawer.close}>
                    {item.label}
                  </Link>
                </li>
              ))}
          </ul>
        </Drawer.Content>
      </Drawer.Root>
    </nav>
  );
}
