#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/backbone/backbone_id.h"
#include "core/backbone/backbone_request.h"
#include "core/backbone/backbone_status.h"
#include "core/model/network_changes.h"
#include "core/nn/networks/backbone.h"

namespace dank {

/// A backbone with its weights: all that is needed to build it.
struct BackboneChoice {
    BackboneSpec spec;
    std::filesystem::path weights;                       ///< empty for `classic` and for seeded random weights
    std::string weightsId;                               ///< BackboneId::weights
    std::shared_ptr<const NetworkChanges> changes = {};  ///< what fine-tuning made of it; nullptr: nothing

    BackboneKind kind() const;
    /// The id of what it computes. A backbone that takes whole pictures has one resize rule and one precision. Throws
    /// Error{Format} for an unknown rule.
    BackboneId id(const std::string &resize, Precision precision) const;
    /// The request that gives the features of `id` again; device and batch as in `request`.
    BackboneRequest requestFor(const BackboneId &id, const BackboneRequest &request) const;
    bool isUntrained() const { return weightsId.starts_with("seed-"); }
    /// The weights' own name, without that of what fine-tuning made of them.
    std::string fileId() const { return weightsId.substr(0, weightsId.find('+')); }
    /// The same with those changes; itself for nullptr.
    BackboneChoice changedBy(std::shared_ptr<const NetworkChanges> by) const;
};

/// Names weights files by what is in them, and remembers a name for as long as the file's size, times and inode stay
/// the same, in a library past the end of the process too: naming one means reading it whole. Thread-safe.
class WeightsNames {
public:
    /// weightsName() of the contentHash() of its tensors: the same for the same tensors in whatever container. The
    /// convention is the one `asked` for, else the file's own; where there is none, throws Error{Weights} that says
    /// what was recognised and what to choose from.
    static std::string nameOf(const TensorFile &tensors, const std::string &asked = {});
    /// Throws what openWeightsFile() throws besides. `library`: where names are remembered, if it is there.
    std::string ofTensors(const std::filesystem::path &file, const std::filesystem::path &library,
                          const std::string &asked = {});
    /// "w-<hash of the program or graph and its description, and of the files that hold tensors of it>".
    std::string ofOwnNetwork(const std::filesystem::path &file);

private:
    std::mutex m_mutex;
    std::map<std::filesystem::path, std::string> m_names;  ///< "<stamp> <name>", guarded by m_mutex
};

/// Where the library keeps the weights of a network: weights/<network>.safetensors.
std::filesystem::path installedWeightsPath(const std::filesystem::path &library, std::string_view network);
/// Where weights that another installation replaced are kept: weights/<network>-<8 digits of their
/// content>.safetensors.
std::filesystem::path keptWeightsPath(const std::filesystem::path &library, std::string_view network,
                                      const std::string &content);
/// The files of a network in the library that are there, the one in use first.
std::vector<std::filesystem::path> keptWeights(const std::filesystem::path &library, std::string_view network);
/// The key in an installed file's metadata that holds its contentHash().
inline constexpr const char *kInstalledContent = "dank.content";
/// Throws Error{Weights} for installed weights whose numbers are not those that were installed.
void requireUnchanged(const TensorFile &installed);
bool hasInstalledWeights(const std::filesystem::path &library, std::string_view network);

/// The id that an empty BackboneRequest::backbone means: where `weights` is a file, the network that it is of;
/// inception_v3 for "none"; else the first network with installed weights; else `classic`.
std::string defaultBackbone(const std::filesystem::path &library, const std::string &weights);

/// What a request means. Throws Error{Weights} that says what is missing, where it is looked for, and how to go on
/// without. A TorchScript file is not loaded here.
BackboneChoice chooseBackbone(const BackboneRequest &request, const std::filesystem::path &library,
                              WeightsNames &names);

/// The very backbone that a model's features were made with: weights from `request` if given, else the model's hint,
/// else the library's. Throws Error{Mismatch} when a file asked for by name is another one, Error{Weights} when none
/// can be found. `changes`: the model's, of a fine-tuned one.
BackboneChoice findBackbone(const BackboneId &id, const std::string &request, const std::filesystem::path &hint,
                            const std::filesystem::path &library, WeightsNames &names,
                            std::shared_ptr<const NetworkChanges> changes = {});

/// A program is run only when the user has named it: an extraction that names it is remembered here.
void allowProgram(const std::string &weightsId, const std::filesystem::path &library);
/// Throws Error{Weights} for a TorchScript backbone that nobody allowed in this library and that `request` does not
/// name either: a model file from elsewhere must not choose what is run here.
void requireAllowed(const BackboneChoice &choice, const std::string &request, const std::filesystem::path &library);

/// The library's fact that holds the images a second of a backbone on a device.
std::string speedKey(const BackboneId &id, const std::string &device);

}  // namespace dank
