package watchword.engines.aws.secrets;

import java.net.URI;

/** Where a service is asked, and for which region questions to it are signed. */
record Place(URI address, String region) {}
