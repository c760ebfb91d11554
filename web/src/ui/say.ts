// A short word after something was done.
import { notifications } from '@mantine/notifications';

export function say(message: string) {
  notifications.show({ message, autoClose: 4000, withBorder: true });
}
