// A second process for the downloads' tests, made to be killed: it downloads over plain http and says how many bytes
// it has.

#include <cstdio>

#include "core/base/error.h"
#include "core/weights/fetch/download.h"
#include "tests/base/error_kind_name.h"

int main(int argc, char **argv)
try {
    if (argc != 4)
        return 2;
    dank::DownloadRequest request;
    request.url = argv[1];
    request.target = argv[2];
    request.sha256 = argv[3];
    request.allowHttp = true;
    dank::download(request,
                   [](const dank::DownloadProgress &progress) {
                       std::printf("%llu\n", static_cast<unsigned long long>(progress.done));
                       std::fflush(stdout);
                   },
                   {});
    return 0;
} catch (const dank::Error &error) {
    std::fprintf(stderr, "%s: %s\n", dank::errorKindName(error.kind()), error.what());
    return 1;
}
