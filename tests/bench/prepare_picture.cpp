// What preprocess() makes of picture files, for tests/reference/pillow_photos.py:
//     prepare_picture RULE SIDE CROPSIDE full|reduced FILE…
// writes one PPM after the other to stdout; an empty one (1 × 1, black) for a file that gives no picture.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "core/image/decode.h"
#include "core/pipeline/features/preprocess.h"

int main(int argc, char **argv)
{
    using namespace dank;
    if (argc < 6) {
        std::fprintf(stderr, "usage: prepare_picture RULE SIDE CROPSIDE full|reduced FILE…\n");
        return 2;
    }
    try {
        const ResizeRule rule = resizeRuleFromName(argv[1]);
        const int side = std::atoi(argv[2]), cropSide = std::atoi(argv[3]);
        const int target = std::strcmp(argv[4], "reduced") == 0 ? (rule == ResizeRule::Crop ? cropSide : side) : 0;
        for (int i = 5; i < argc; ++i) {
            const Decoded decoded = decodeImageFile(argv[i], target);
            Image image{1, 1, {0, 0, 0}};
            if (decoded.problem)
                std::fprintf(stderr, "%s: %s\n", argv[i], decoded.detail.c_str());
            else
                image = preprocess(decoded.image, rule, side, cropSide);
            std::printf("P6\n%d %d\n255\n", image.width, image.height);
            std::fwrite(image.rgb.data(), 1, image.rgb.size(), stdout);
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
