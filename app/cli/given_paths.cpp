#include "app/cli/given_paths.h"

#include <iostream>

namespace dank::cli {

std::vector<std::filesystem::path> givenPaths(const std::vector<std::string> &arguments)
{
    std::vector<std::filesystem::path> paths;
    for (const std::string &argument : arguments) {
        if (argument != "-") {
            paths.emplace_back(argument);
            continue;
        }
        std::string line;
        while (std::getline(std::cin, line)) {
            if (line.ends_with('\r'))
                line.pop_back();
            if (!line.empty())
                paths.emplace_back(line);
        }
    }
    return paths;
}

}  // namespace dank::cli
