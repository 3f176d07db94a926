/**
 * The {@code gcp} auth method: service accounts of Google's cloud log in with a token that they signed ({@code iam}), machines with one that
 * Google signed for them ({@code gce}). What a token says is believed when Google's published keys have signed it; nothing else is asked.
 */
@NullMarked
package watchword.engines.gcp;

import org.jspecify.annotations.NullMarked;
