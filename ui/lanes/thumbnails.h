#pragma once

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>

#include "ui/lanes/engine_door.h"
#include "ui/widgets/file_names.h"

namespace dank::ui {

/// Small pictures of image files, decoded on the interactive lane behind its ordinary work, the newest request first,
/// so that what the user looks at now comes before what was scrolled past. Kept in a bounded cache. GUI thread only.
class Thumbnails : public QObject {
    Q_OBJECT
public:
    static constexpr int kSide = 160;  ///< device-independent pixels
    static constexpr int kCacheBytes = 64 << 20;
    static constexpr std::size_t kMaxWaiting = 256;  ///< older requests are forgotten: they are asked for again

    Thumbnails(Workplace &place, const EngineDoor &engine);

    /// The picture (fits kSide × kSide), or null until it is there, when ready() is sent. A file whose bytes were
    /// refused is tried again when it has changed, one that could not be read with the next call.
    QImage get(const std::filesystem::path &image);

signals:
    void ready(const QString &image);

private:
    /// What shows that a file has been written anew.
    struct Stamp {
        std::uintmax_t bytes = 0;
        std::filesystem::file_time_type written;
        bool operator==(const Stamp &) const = default;
    };
    struct Wanted;
    static Stamp stampOf(const QString &key);
    void start();
    void request(const QString &key);
    void serveOne();

    Workplace &m_place;
    const EngineDoor &m_engine;
    bool m_started = false;
    QCache<QString, QImage> m_cache;
    QSet<QString> m_pending;
    QHash<QString, Stamp> m_refused;   ///< by their bytes
    std::shared_ptr<Wanted> m_wanted;  ///< shared with the lane
};

/// RGB8 as a QImage of its own, marked with the device pixel ratio.
QImage toQImage(const Image &image, double devicePixelRatio);
/// Of the primary screen, 1 without one.
double devicePixelRatio();

}  // namespace dank::ui
