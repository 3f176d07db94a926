package watchword.core.policy.advise;

import java.time.Instant;
import java.util.List;

/**
 * What was used on one path, or on all that one pattern stands for. Immutable.
 *
 * @param path or pattern
 * @param folder whether it was listed or scanned; else read or changed
 * @param bits the capabilities that were needed
 * @param rule of the present policy that gave it; empty where that is not known
 * @param keep how many segments are the mount's
 * @param asked lines before
 * @param answered lines after; a log may have only one kind
 * @param sample of the paths that it stands for
 * @param why it stands for more than one path; empty when it does not
 */
record Use(String path, boolean folder, int bits, String rule, int keep, long asked, long answered, Instant last, List<String> sample, long paths, String why) {
    private static final int SAMPLE = 3;

    static Use first(LoggedRequest line, String path, boolean folder, String rule) {
        int keep = line.mountPoint().isEmpty() ? 1 : line.mountPoint().split("/", -1).length - 1;
        return new Use(path, folder, line.question().bits(), rule, keep, line.isAnswer() ? 0 : 1, line.isAnswer() ? 1 : 0, line.time(), List.of(), 1, "");
    }

    Use and(Use more) {
        return new Use(path, folder, bits | more.bits, rule, keep, asked + more.asked, answered + more.answered, last.isAfter(more.last) ? last : more.last, sample, paths, why);
    }

    Use with(int more) {
        return new Use(path, folder, bits | more, rule, keep, asked, answered, last, sample, paths, why);
    }

    /** One for many, each of which used the same. */
    static Use of(String pattern, List<Use> members, String why) {
        var all = members.stream().reduce(Use::and).orElseThrow();
        var sample = members.stream().flatMap(each -> each.sample.isEmpty() ? java.util.stream.Stream.of(each.path) : each.sample.stream()).limit(SAMPLE).toList();
        return new Use(pattern, all.folder, all.bits, all.rule, all.keep, all.asked, all.answered, all.last, sample, members.stream().mapToLong(Use::paths).sum(), why);
    }

    long requests() {
        return Math.max(asked, answered);
    }
}
