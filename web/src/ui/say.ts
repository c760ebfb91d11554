// A short word after something was done; with a way back where there is one.
import { notifications } from '@mantine/notifications';

export function say(message: string) {
  notifications.show({ message, autoClose: 4000, withBorder: true });
}

export function sayFault(message: string) {
  notifications.show({ message, color: 'red', autoClose: 8000, withBorder: true });
}
