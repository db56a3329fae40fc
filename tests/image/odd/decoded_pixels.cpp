// What decodeImage() makes of picture files, for odd_pictures.py: one PPM after the other on stdout, "!why" on a line
// for a file that gives no picture.

#include <cstdio>
#include <exception>

#include "core/image/decode.h"

int main(int argc, char **argv)
{
    try {
        for (int i = 1; i < argc; ++i) {
            const dank::Decoded decoded = dank::decodeImageFile(argv[i]);
            if (decoded.problem) {
                std::printf("!%s\n", decoded.detail.c_str());
                continue;
            }
            std::printf("P6\n%d %d\n255\n", decoded.image.width, decoded.image.height);
            std::fwrite(decoded.image.rgb.data(), 1, decoded.image.rgb.size(), stdout);
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
