#include "core/model/train_pictures.h"

#include <algorithm>
#include <filesystem>

#include "core/base/error.h"

namespace dank {

namespace {

constexpr std::size_t kMaxFile = 4096;

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format, "This model cannot be used: " + why + ".");
}

bool stays(const std::string &file)
{
    if (file.size() > kMaxFile || file.find('\0') != std::string::npos)
        return false;
    const std::filesystem::path path(file);
    return path.is_relative() && std::none_of(path.begin(), path.end(), [](const auto &part) { return part == ".."; });
}

bool isHash(const std::string &text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

void validateTrainPictures(std::span<const TrainPicture> pictures, std::size_t trainRows)
{
    if (pictures.size() > kMaxTrainPictures)
        refuse("it keeps more training pictures than it may");
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const TrainPicture &picture = pictures[i];
        if (picture.row >= trainRows || (i > 0 && picture.row <= pictures[i - 1].row))
            refuse("its training pictures are not of its training memes");
        if (!isHash(picture.hash))
            refuse("the hash of a training picture is none");
        if (picture.upvotes < 0)
            refuse("a training picture has fewer than 0 upvotes");
        if (!stays(picture.file))
            refuse("a training picture lies outside its dataset's folder");
    }
}

}  // namespace dank
