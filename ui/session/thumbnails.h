#pragma once

#include <QCache>
#include <QImage>
#include <QSet>
#include <QString>

#include <deque>
#include <functional>
#include <memory>

#include "core/engine/engine.h"
#include "ui/session/engine_slot.h"
#include "ui/session/lane.h"
#include "ui/session/mailbox.h"

namespace dank::ui {

/// Small pictures of image files, decoded on a lane behind its ordinary work, the newest request first, so that what
/// the user looks at now comes before what was scrolled past. GUI thread only.
class Thumbnails {
public:
    static constexpr int kSide = 160;  ///< device-independent pixels
    static constexpr int kCacheBytes = 64 << 20;
    static constexpr std::size_t kMaxWaiting = 256;  ///< older requests are forgotten: they are asked for again

    using Ready = std::function<void(const QString &)>;
    Thumbnails(Lane &lane, Mailbox &mailbox, const EngineSlot &engine, Ready ready);

    /// The picture, or null until it is there; null for good for a file that cannot be decoded.
    QImage get(const std::filesystem::path &image);
    /// The engine is open: serve what waits.
    void start();

private:
    struct Wanted;
    void request(const QString &key);
    void serveOne();

    Lane &m_lane;
    Mailbox &m_mailbox;
    const EngineSlot &m_engine;
    Ready m_ready;
    bool m_started = false;
    QCache<QString, QImage> m_cache;
    QSet<QString> m_pending;
    QSet<QString> m_undecodable;
    std::shared_ptr<Wanted> m_wanted;  ///< shared with the lane
};

/// RGB8 as a QImage of its own, marked with the device pixel ratio.
QImage toQImage(const Image &image, double devicePixelRatio);
/// Of the primary screen, 1 without one.
double devicePixelRatio();

QString toQString(const std::filesystem::path &path);
std::filesystem::path toPath(const QString &text);

}  // namespace dank::ui
