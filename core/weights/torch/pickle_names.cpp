#include "core/weights/torch/pickle_names.h"

#include <algorithm>
#include <string>

#include "core/base/file.h"
#include "core/weights/bad_file.h"

namespace dank {
namespace {

[[noreturn]] void refuseName(std::string_view module, std::string_view name)
{
    const std::string shown =
        printable(sanitizeUtf8(module.substr(0, 80))) + "." + printable(sanitizeUtf8(name.substr(0, 80)));
    if (module.starts_with("torch.nn.modules.") || module.starts_with("torchvision.") || module.starts_with("timm."))
        throw BadFile{"it holds a whole network as Python objects (" + shown
                      + "), not its weights alone; in Python, save the network's state_dict() instead"};
    if (module == "torch" || module.starts_with("torch."))
        throw BadFile{"it asks for " + shown
                      + ", which this program does not know; in Python, save the tensors as "
                        "safetensors instead"};
    throw BadFile{"it asks for " + shown + ", which no weights need; such a file may be an attack"};
}

}  // namespace

std::size_t knownName(std::string_view module, std::string_view name)
{
    const auto found = std::find_if(kKnownNames.begin(), kKnownNames.end(), [&](const KnownName &known) {
        return known.module == module && known.name == name;
    });
    if (found == kKnownNames.end())
        refuseName(module, name);
    return std::size_t(found - kKnownNames.begin());
}

}  // namespace dank
