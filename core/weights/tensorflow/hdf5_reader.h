#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/weights/tensor_file.h"

// Internal to core/weights.

namespace dank {

/// A dataset of floating-point numbers somewhere in an HDF5 file.
struct Hdf5Dataset {
    std::vector<std::string> path;  ///< the groups' names from the root, then its own
    std::string groupName;          ///< what an attribute "name" of its group says; empty without one
    TensorView view;                ///< F16, F32 or F64, into the file's bytes
};

/// What Keras uses of HDF5, as h5py writes it unless told otherwise: superblocks 0 and 1, groups as trees of symbol
/// tables or with their links in the header, datasets in one piece or in the header. Every dataset of floating-point
/// numbers, in the order of the groups; others are passed over. Nothing outside the bytes is looked at: external and
/// symbolic links, external storage, filters and chunks are refused, each with its name and what to do. Every address
/// and length is checked before it is used; no group is entered twice. `enter`: whether a group is of interest. Throws
/// BadFile.
std::vector<Hdf5Dataset> readHdf5(std::span<const std::byte> bytes,
                                  const std::function<bool(const std::vector<std::string> &group)> &enter);

}  // namespace dank
