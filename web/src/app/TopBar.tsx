// The top bar: search, new, the clock in the reader's zone with UTC beside it, the person.
import {
  ActionIcon,
  Avatar,
  Button,
  Divider,
  Menu,
  Popover,
  SegmentedControl,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { clock, zoneShort } from '@/lib/dates';
import { send } from '@/lib/client';
import { useGo } from '@/lib/address';
import type { LiveState } from '@/lib/live';
import type { Me } from '@/lib/schema';
import { useZone } from '@/lib/session';
import { Icon } from '@/ui/icons';
import { useNow } from '@/ui/Time';
import { wordOf } from '@/ui/texts';
import { Bell } from './Bell';
import { paths } from './paths';
import { SHELL } from './texts';
import classes from './TopBar.module.css';

interface Props {
  me: Me;
  live: LiveState;
  onPalette: () => void;
  onKeys: () => void;
}

export function TopBar({ me, live, onPalette, onKeys }: Props) {
  const go = useGo();
  return (
    <header className={classes.bar}>
      <UnstyledButton className={classes.search} onClick={onPalette} aria-label={SHELL.palette}>
        <Icon name="search" />
        <span>{SHELL.search}</span>
        <kbd>Ctrl K</kbd>
      </UnstyledButton>
      <div className={classes.end}>
        {live === 'cut' && (
          <Tooltip label={SHELL.cutHelp} multiline w={260}>
            <span className={classes.cut} role="status" tabIndex={0}>
              {SHELL.cut}
            </span>
          </Tooltip>
        )}
        <Clock />
        <Menu position="bottom-end" width={180}>
          <Menu.Target>
            <Button
              size="compact-md"
              variant="default"
              leftSection={<Icon name="plus" size={14} />}
            >
              {SHELL.newRecord}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => go(paths.newChange)}>Change</Menu.Item>
            <Menu.Item onClick={() => go(paths.newRelease)}>Release</Menu.Item>
            <Menu.Item onClick={() => go(paths.newIncident)}>Incident</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Bell />
        <Tooltip label={`${SHELL.keys} (?)`}>
          <ActionIcon size={30} aria-label={SHELL.keys} onClick={onKeys} className={classes.keys}>
            <Icon name="keyboard" />
          </ActionIcon>
        </Tooltip>
        <Account me={me} />
      </div>
    </header>
  );
}

function Clock() {
  const zone = useZone();
  const now = useNow(5_000);
  return (
    <span className={classes.clock} title={zone}>
      <span>
        {clock(now, zone)} {zoneShort(now, zone)}
      </span>
      {zone !== 'UTC' && <span className="soft">{clock(now, 'UTC')} UTC</span>}
    </span>
  );
}

function Account({ me }: { me: Me }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const queries = useQueryClient();
  const signOut = async () => {
    await send('DELETE', '/session');
    // A fresh load leaves nothing of the last reader in memory.
    queries.clear();
    window.location.assign(paths.signIn);
  };
  return (
    <Popover position="bottom-end" width={264} shadow="md">
      <Popover.Target>
        <UnstyledButton
          className={classes.person}
          aria-label={`${SHELL.account}: ${me.person.name}`}
        >
          <Avatar name={me.person.name} size={30} className={classes.avatar} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div className={classes.who}>
          <strong>{me.person.name}</strong>
          <span className="soft small">{me.roles.map((role) => wordOf(role)).join(', ')}</span>
        </div>
        <Divider />
        <div className={classes.who}>
          <span className="soft small">{SHELL.appearance}</span>
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label={SHELL.appearance}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
            data={[
              { value: 'light', label: SHELL.light },
              { value: 'dark', label: SHELL.dark },
              { value: 'auto', label: SHELL.auto },
            ]}
          />
        </div>
        <Divider />
        <UnstyledButton className={classes.signOut} onClick={() => void signOut()}>
          {SHELL.signOut}
        </UnstyledButton>
      </Popover.Dropdown>
    </Popover>
  );
}
