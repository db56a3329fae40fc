#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/json_reader.h"
#include "core/model/model.h"
#include "core/weights/safetensors.h"

// Internal to core/store: the part of a model's file that predict() reads. A file may hold two: the model's own and the
// one trained on shuffled upvotes.

namespace dank {

/// Of model files: the newest that is known.
inline constexpr int kModelFormat = 5;
/// The longest path or name in a model's file.
inline constexpr std::size_t kMaxModelText = 16 * 1024;

/// Throws Error{Format} with a part of a sentence, which loadModel() makes whole.
[[noreturn]] void refuseModel(const std::string &why);

/// Hands out each tensor once, so that leftovers are noticed.
class Tensors {
public:
    explicit Tensors(const TensorFile &file) : m_file(file) {}

    bool has(const std::string &name) const { return m_file.find(name) != nullptr; }
    /// Of floats, at full or half length, with so many dimensions.
    const TensorView &take(const std::string &name, std::size_t dimensions);
    /// Of floats at full length, of whatever shape.
    const TensorView &takeAny(const std::string &name);
    void checkAllTaken() const;

private:
    const TensorFile &m_file;
    std::size_t m_taken = 0;
};

/// `layers`, `output` and, where there is one, `blend`.
nlohmann::json headDocument(const Model &model);
/// Reads them and the tensors that go with them, as far as files of that format have them; `prefix` stands before the
/// tensors' names.
void readHead(const JsonValue &document, int format, Tensors &tensors, const std::string &prefix, Model &model);

/// Finite numbers as BF16: a float's upper half, rounded to nearest even.
std::vector<std::uint16_t> toBFloat16(const std::vector<float> &values);
TensorToWrite floatTensor(std::string name, const std::vector<float> &values);
/// The tensors that readHead() reads; they point into `model` and `halves`, which, where it is not empty, holds the
/// layers' weights [layers].
void addHead(std::vector<TensorToWrite> &tensors, const std::string &prefix, const Model &model,
             std::span<const std::vector<std::uint16_t>> halves = {});

}  // namespace dank
