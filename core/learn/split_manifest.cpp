#include <algorithm>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/learn/split.h"

namespace dank {

std::string splitManifest(std::span<const MemeId> ids, const Split &split)
{
    std::string text = "dank split 1\n";
    const auto add = [&](const char *name, const std::vector<std::size_t> &rows) {
        std::vector<std::string_view> side;
        side.reserve(rows.size());
        for (const std::size_t row : rows) {
            if (row >= ids.size())
                throw Error(ErrorKind::Shape, "A split names a meme that is not there.");
            if (ids[row].find_first_of("\r\n") != MemeId::npos)
                throw Error(ErrorKind::Format, "An id with a line break in it cannot be written to a list of ids.");
            side.push_back(ids[row]);
        }
        std::sort(side.begin(), side.end());
        text += std::string(name) + ' ' + std::to_string(side.size()) + '\n';
        for (const std::string_view id : side)
            (text += id) += '\n';
    };
    add("train", split.train);
    add("validation", split.validation);
    add("test", split.test);
    return text;
}

std::string splitHash(std::span<const MemeId> ids, const Split &split)
{
    return hashText(splitManifest(ids, split));
}

std::string splitHash(std::span<const MemeId> train, std::span<const MemeId> validation, std::span<const MemeId> test)
{
    std::vector<MemeId> ids;
    Split split;
    for (const auto &[list, side] :
         {std::pair(train, &split.train), std::pair(validation, &split.validation), std::pair(test, &split.test)}) {
        for (const MemeId &id : list) {
            side->push_back(ids.size());
            ids.push_back(id);
        }
    }
    return splitHash(ids, split);
}

}  // namespace dank
