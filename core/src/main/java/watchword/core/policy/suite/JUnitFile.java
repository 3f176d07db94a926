package watchword.core.policy.suite;

import java.util.List;

/** Outcomes as the XML that build servers read. */
final class JUnitFile {
    private JUnitFile() {}

    /** @param file the suite's, which is the name of its tests' class */
    static String of(List<Ran> suites) {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        for (var suite : suites) {
            long failures = suite.outcomes().stream().filter(each -> !each.passed()).count();
            xml.append("  <testsuite name=\"").append(escaped(suite.file())).append("\" tests=\"").append(suite.outcomes().size()).append("\" failures=\"").append(failures)
                    .append("\" errors=\"0\" skipped=\"0\" time=\"0\">\n");
            for (var each : suite.outcomes()) {
                xml.append("    <testcase classname=\"").append(escaped(suite.file())).append("\" name=\"").append(escaped(each.of().name())).append("\" time=\"0\"");
                if (each.passed()) xml.append("/>\n");
                else xml.append("><failure message=\"").append(escaped(each.problem())).append("\"/></testcase>\n");
            }
            xml.append("  </testsuite>\n");
        }
        return xml.append("</testsuites>\n").toString();
    }

    /** A suite that was run. */
    record Ran(String file, List<Case.Outcome> outcomes) {}

    /** Characters that XML 1.0 cannot have at all become question marks. */
    private static String escaped(String text) {
        var escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\t', '\n', '\r' -> escaped.append("&#").append(c).append(';');
                default -> escaped.appendCodePoint(c < ' ' || c == 0xFFFE || c == 0xFFFF || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c);
            }
        });
        return escaped.toString();
    }
}
