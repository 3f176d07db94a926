package watchword.engines.cert;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Serial numbers that were revoked, in decimal and sorted as texts. They count whoever's they are: an authority may have others sign its lists.
 *
 * @param source where it is fetched again; empty for one that was handed in, which holds until it is replaced
 */
record Crl(Optional<Source> source, List<String> serials) {

    /** @param thisUpdate when the list was made @param validUntil when the next will be there; at once for a list that does not say */
    record Source(String url, Instant thisUpdate, Instant validUntil) {}

    boolean hasRunOut(Instant now) {
        return source.filter(from -> !from.validUntil().isAfter(now)).isPresent();
    }
}
