// A calendar file with one entry: the day a warranty ends, with a reminder a month before. Made here, sent nowhere.
export default (title, day) => {
  const text = words => words.replace(/[\\;,]/g, '\\$&').replace(/\n/g, '\\n');
  // RFC 5545: lines end with CR LF and have 75 octets at most; a day that lasts all day has a date and no time.
  const fold = line => {
    const bytes = new TextEncoder().encode(line);
    if (bytes.length <= 75) return line;
    let folded = '', length = 0;
    for (const character of line) {
      const size = new TextEncoder().encode(character).length;
      if (length + size > 73) { folded += '\r\n '; length = 1; }
      folded += character;
      length += size;
    }
    return folded;
  };
  const next = new Date(Date.parse(`${day}T12:00Z`) + 864e5).toISOString().slice(0, 10);
  const compact = date => date.replaceAll('-', '');
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const lines = [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//regcard//EN', 'BEGIN:VEVENT', `UID:${crypto.getRandomValues(new Uint32Array(4)).join('-')}@regcard`,
    `DTSTAMP:${stamp}`, `DTSTART;VALUE=DATE:${compact(day)}`, `DTEND;VALUE=DATE:${compact(next)}`, `SUMMARY:${text(title)}`,
    'TRANSP:TRANSPARENT', 'BEGIN:VALARM', 'ACTION:DISPLAY', `DESCRIPTION:${text(title)}`, 'TRIGGER:-P30D', 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR',
  ];
  const url = URL.createObjectURL(new Blob([lines.map(fold).join('\r\n') + '\r\n'], { type: 'text/calendar' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'warranty.ics' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};
